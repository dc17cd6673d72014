from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field

from dressform.actions.import_models import Candidate, Import
from dressform.schemas.fields import Complete
from dressform.schemas.measurements import BothLanguages, Measured, Name, Warnings, warnings_of
from dressform.sewing.formats import MOST_ENTRIES, MOST_MODELS, Line

FormatName = Annotated[
    Literal["smis", "vit", "freesewing", "yaml", "csv"],
    Field(
        description="`smis` is Seamly2D's, `vit` Valentina's, `freesewing` FreeSewing's JSON, "
        "`yaml` its YAML, `csv` for spreadsheets.",
        examples=["smis"],
    ),
]


class LineRead(Complete):
    """What became of one entry of the file."""

    line: Annotated[int, Field(ge=0, description="Where it stands, from 1.", examples=[12])]
    entry: Annotated[
        str,
        Field(
            max_length=41,
            description="Its name as it stands there; cut if long.",
            examples=["highhip_circ"],
        ),
    ]
    outcome: Annotated[
        Literal["taken", "approximate", "left_out"],
        Field(description="Approximate: taken, though measured a little differently there."),
    ]
    model: Annotated[
        int,
        Field(
            ge=0,
            lt=MOST_MODELS,
            description="The place in `models` of the body it is about, from 0.",
            examples=[0],
        ),
    ]
    measurement: Annotated[
        Name | None, Field(description="What it is here, if anything.", examples=["hips"])
    ]
    reason: Annotated[
        BothLanguages | None,
        Field(description="Why it was left out, or what to know; null if there is nothing to say."),
    ]

    @classmethod
    def of(cls, line: Line) -> Self:
        return cls(
            line=line.line,
            entry=line.entry,
            outcome=line.outcome.value,
            model=line.model,
            measurement=line.measurement,
            reason=line.reason and BothLanguages(**line.reason),
        )


class ImportedModelRead(Complete):
    """A body of the file."""

    id: Annotated[
        UUID | None,
        Field(
            description="Of the model that was made; null if none was.",
            examples=["019a0000-0000-7000-8000-000000000000"],
        ),
    ]
    name: Annotated[
        str | None,
        Field(
            max_length=100,
            description="What it is called; never what the file calls it. Null for a body without "
            "measurements, of which no model is made.",
            examples=["Imported, 2026-11-24"],
        ),
    ]
    breasts: Annotated[
        bool | None,
        Field(description="Null in a dry run if neither you nor the file says.", examples=[True]),
    ]
    measurements: Annotated[Measured, Field(description="All that was taken, in mm and degrees.")]
    warnings: Warnings

    @classmethod
    def of(cls, candidate: Candidate) -> Self:
        return cls(
            id=candidate.id,
            name=candidate.name,
            breasts=candidate.body.breasts,
            measurements=dict(candidate.body.measurements),
            warnings=warnings_of(candidate.body),
        )


class ImportRead(Complete):
    """What was found in the file, and what was made of it."""

    format: FormatName
    models: Annotated[
        list[ImportedModelRead],
        Field(max_length=MOST_MODELS, description="The bodies of the file, in its order."),
    ]
    report: Annotated[
        list[LineRead],
        Field(
            max_length=MOST_MODELS * MOST_ENTRIES,
            description="What became of each entry, body by body.",
        ),
    ]
    dropped: Annotated[
        list[Literal["name", "birth_date", "gender", "email", "notes"]],
        Field(
            max_length=5,
            description="What the file has on persons, by kind. It was not read, is kept nowhere "
            "and is not in this answer.",
            examples=[["name", "birth_date"]],
        ),
    ]

    @classmethod
    def of(cls, imported: Import) -> Self:
        return cls(
            format=imported.found.format.value,
            models=[ImportedModelRead.of(each) for each in imported.candidates],
            report=[LineRead.of(line) for line in imported.found.report],
            dropped=list(imported.found.dropped),
        )
