from collections.abc import Sequence
from itertools import groupby
from typing import Annotated, Literal, Self

from pydantic import Field

from dressform.api.schemas.base import ResponseModel
from dressform.api.schemas.measurements import (
    LocalizedText,
    Measurements,
    Name,
    Warnings,
    warnings_of,
)
from dressform.api.schemas.model_input import Breasts
from dressform.api.schemas.models import ModelRead
from dressform.repositories.sealed_models import StoredModel
from dressform.sewing.body import BodyMeasurements
from dressform.sewing.formats import MAX_ENTRIES, MAX_MODELS, EntryReport, Format, ImportResult

LineNumber = Annotated[int, Field(ge=1, le=2**31 - 1, json_schema_extra={"format": "int32"})]


class LineRead(ResponseModel):
    """The outcome of one entry of the file."""

    line: Annotated[LineNumber, Field(description="The line in the file.", examples=[17])]
    entry: Annotated[
        str, Field(max_length=50, description="The name in the file.", examples=["neck_circ"])
    ]
    outcome: Annotated[
        Literal["taken", "approximate", "left_out"],
        Field(
            description="What became of the entry; `approximate`: it was taken, but is measured slightly "
            "differently there."
        ),
    ]
    measurement: Annotated[
        Name | None, Field(description="The name of the measurement; null if it is unknown.")
    ]
    reason: Annotated[
        LocalizedText | None,
        Field(description="The reason; null for an entry that was taken unchanged."),
    ]

    @classmethod
    def from_domain(cls, line: EntryReport) -> Self:
        return cls(
            line=line.line,
            entry=line.entry,
            outcome=line.outcome.value,
            measurement=line.measurement,
            reason=LocalizedText(**line.reason) if line.reason else None,
        )


class ImportedRead(ResponseModel):
    """One body of the file."""

    model: Annotated[
        ModelRead | None,
        Field(description="The stored model; null on a dry run or without values."),
    ]
    breasts: Annotated[
        Breasts,
        Field(
            description="The flag of the file, else of the query, else true, which hides nothing."
        ),
    ]
    measurements: Annotated[
        Measurements, Field(description="The imported values in millimetres and degrees.")
    ]
    lines: Annotated[
        list[LineRead],
        Field(max_length=MAX_ENTRIES, description="All entries, in the order of the file."),
    ]
    warnings: Warnings

    @classmethod
    def from_domain(
        cls, lines: Sequence[EntryReport], body: BodyMeasurements, model: StoredModel | None
    ) -> Self:
        return cls(
            model=model and ModelRead.from_domain(model),
            breasts=bool(body.breasts),
            measurements=dict(body.measurements),
            lines=[LineRead.from_domain(line) for line in lines],
            warnings=warnings_of(body),
        )


class ImportRead(ResponseModel):
    """The report of an import."""

    format: Annotated[Format, Field(description="The format of the file.", examples=["smis"])]
    items: Annotated[
        list[ImportedRead], Field(max_length=MAX_MODELS, description="The bodies in the file.")
    ]
    dropped: Annotated[
        list[Literal["name", "birth_date", "gender", "email", "notes", "picture"]],
        Field(
            max_length=6,
            description="The personal data in the file, which were dropped and are not stored.",
            examples=[["name", "email"]],
        ),
    ]

    @classmethod
    def from_domain(
        cls, found: ImportResult, bodies: Sequence[BodyMeasurements], models: Sequence[StoredModel]
    ) -> Self:
        kept = iter(models)
        lines = groupby(found.report, lambda line: line.model)
        by_body = {place: list(of_one) for place, of_one in lines}
        return cls(
            format=found.format,
            items=[
                ImportedRead.from_domain(
                    by_body.get(place, []),
                    body,
                    next(kept, None) if body.measurements else None,
                )
                for place, body in enumerate(bodies)
            ],
            dropped=list(found.dropped),
        )
