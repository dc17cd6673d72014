from collections.abc import Sequence
from itertools import groupby
from typing import Annotated, Literal, Self

from pydantic import Field

from dressform.api.schemas.fields import ResponseModel
from dressform.api.schemas.measurements import (
    BothLanguages,
    Measurements,
    Name,
    Warnings,
    warnings_of,
)
from dressform.api.schemas.models import Breasts, ModelRead
from dressform.repositories.sealed_models import StoredModel
from dressform.sewing.body import BodyMeasurements
from dressform.sewing.formats import MAX_ENTRIES, MAX_MODELS, EntryReport, Format, ImportResult

LineNumber = Annotated[int, Field(ge=1, le=2**31 - 1, json_schema_extra={"format": "int32"})]


class LineRead(ResponseModel):
    """What became of one entry of the file."""

    line: Annotated[LineNumber, Field(description="Where it stands.", examples=[17])]
    entry: Annotated[
        str, Field(max_length=50, description="What it is called there.", examples=["neck_circ"])
    ]
    outcome: Annotated[
        Literal["taken", "approximate", "left_out"],
        Field(description="Approximate: taken, though measured a little differently there."),
    ]
    measurement: Annotated[
        Name | None, Field(description="What it is here; null if there is no such thing.")
    ]
    reason: Annotated[
        BothLanguages | None, Field(description="Null for what was taken as it stands.")
    ]

    @classmethod
    def of(cls, line: EntryReport) -> Self:
        return cls(
            line=line.line,
            entry=line.entry,
            outcome=line.outcome.value,
            measurement=line.measurement,
            reason=BothLanguages(**line.reason) if line.reason else None,
        )


class ImportedRead(ResponseModel):
    """One body of the file."""

    model: Annotated[
        ModelRead | None, Field(description="As it is kept; null on a dry run or without values.")
    ]
    breasts: Annotated[
        Breasts,
        Field(description="The file's, else what was asked for, else true, which hides nothing."),
    ]
    measurements: Annotated[Measurements, Field(description="What was taken, in mm and degrees.")]
    lines: Annotated[
        list[LineRead],
        Field(max_length=MAX_ENTRIES, description="Every entry, in the order of the file."),
    ]
    warnings: Warnings

    @classmethod
    def of(
        cls, lines: Sequence[EntryReport], body: BodyMeasurements, model: StoredModel | None
    ) -> Self:
        return cls(
            model=model and ModelRead.of(model),
            breasts=bool(body.breasts),
            measurements=dict(body.measurements),
            lines=[LineRead.of(line) for line in lines],
            warnings=warnings_of(body),
        )


class ImportRead(ResponseModel):
    """What was found in the file, and what became of it."""

    format: Annotated[Format, Field(description="What it was read as.", examples=["smis"])]
    items: Annotated[list[ImportedRead], Field(max_length=MAX_MODELS, description="Each body.")]
    dropped: Annotated[
        list[Literal["name", "birth_date", "gender", "email", "notes", "picture"]],
        Field(
            max_length=6,
            description="What the file said about a person: dropped, and kept nowhere.",
            examples=[["name", "email"]],
        ),
    ]

    @classmethod
    def of(
        cls, found: ImportResult, bodies: Sequence[BodyMeasurements], models: Sequence[StoredModel]
    ) -> Self:
        kept = iter(models)
        lines = groupby(found.report, lambda line: line.model)
        by_body = {place: list(of_one) for place, of_one in lines}
        return cls(
            format=found.format,
            items=[
                ImportedRead.of(
                    by_body.get(place, []),
                    body,
                    next(kept, None) if body.measurements else None,
                )
                for place, body in enumerate(bodies)
            ],
            dropped=list(found.dropped),
        )
