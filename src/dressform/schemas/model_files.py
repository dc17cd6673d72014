from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field

from dressform.repositories.sealed_models import StoredModel
from dressform.schemas.fields import Complete
from dressform.schemas.measurements import BothLanguages, Measured, Name, Warnings, warnings_of
from dressform.schemas.models import Breasts, ModelRead
from dressform.sewing.body import Body
from dressform.sewing.formats import Found, FoundBody, Line

MOST_BODIES = 100
"""As many models as an account can hold."""
_MOST_LINES = 2000


LineNumber = Annotated[int, Field(ge=1, le=2**31 - 1, json_schema_extra={"format": "int32"})]


class LineRead(Complete):
    """What became of one entry of the file."""

    line: Annotated[
        LineNumber | None,
        Field(description="Where it stands; null in JSON and YAML.", examples=[17]),
    ]
    entry: Annotated[
        str, Field(max_length=50, description="What it is called there.", examples=["neck_circ"])
    ]
    measurement: Annotated[
        Name | None, Field(description="What it became; null if it was left out.")
    ]
    reason: Annotated[
        BothLanguages | None, Field(description="Null for what was taken as it stands.")
    ]

    @classmethod
    def of(cls, line: Line) -> Self:
        return cls(
            line=line.number,
            entry=line.entry,
            measurement=line.measurement,
            reason=BothLanguages(**line.said) if line.said else None,
        )


class ImportedRead(Complete):
    """One body of the file."""

    model: Annotated[
        ModelRead | None, Field(description="As it is kept; null on a dry run or without values.")
    ]
    breasts: Annotated[
        Breasts,
        Field(description="The file's or what was asked for, else true, which hides nothing."),
    ]
    measurements: Annotated[Measured, Field(description="What was taken, in mm and degrees.")]
    lines: Annotated[
        list[LineRead],
        Field(max_length=_MOST_LINES, description="Every entry, in the order of the file."),
    ]
    warnings: Warnings

    @classmethod
    def of(cls, found: FoundBody, body: Body, model: StoredModel | None) -> Self:
        return cls(
            model=model and ModelRead.of(model),
            breasts=bool(body.breasts),
            measurements=dict(body.measurements),
            lines=[LineRead.of(line) for line in found.lines[:_MOST_LINES]],
            warnings=warnings_of(body),
        )


class ImportRead(Complete):
    """What was found in the file, and what became of it."""

    items: Annotated[list[ImportedRead], Field(max_length=MOST_BODIES, description="Each body.")]
    dropped: Annotated[
        list[Literal["birth date", "e-mail", "gender", "name", "notes", "other", "picture"]],
        Field(
            max_length=7,
            description="What the file said about a person: dropped, and kept nowhere.",
            examples=[["e-mail", "name"]],
        ),
    ]

    @classmethod
    def of(cls, found: Found, bodies: Sequence[Body], models: Sequence[StoredModel]) -> Self:
        kept = iter(models)
        return cls(
            items=[
                ImportedRead.of(one, body, next(kept, None) if body.measurements else None)
                for one, body in zip(found.bodies, bodies, strict=True)
            ],
            dropped=sorted(found.dropped),
        )
