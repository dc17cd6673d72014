from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Annotated, Literal, Self

from pydantic import Field

from dressform.actions.plan_import import PlannedModel
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
from dressform.sewing.formats import (
    MAX_ENTRIES,
    MAX_MODELS,
    EntryReport,
    Format,
    ImportResult,
    Outcome,
)
from dressform.sewing.formats.reasons import message

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
    name: Annotated[
        str,
        Field(
            max_length=100,
            description="The name of the model: that of an account export, else a neutral one.",
            examples=["Me, 2026"],
        ),
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
        cls, lines: Sequence[EntryReport], plan: PlannedModel, model: StoredModel | None
    ) -> Self:
        body = plan.complete
        return cls(
            model=model and ModelRead.from_domain(model),
            name=plan.name,
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

    account: Annotated[
        list[LineRead],
        Field(
            max_length=MAX_ENTRIES,
            description="What an export of your account has beside the models, such as the profile.",
        ),
    ]

    @classmethod
    def from_domain(
        cls,
        found: ImportResult,
        plans: Sequence[PlannedModel],
        models: Sequence[StoredModel | None],
    ) -> Self:
        lines = groupby(found.report, lambda line: line.model)
        by_body = {place: list(of_one) for place, of_one in lines}
        return cls(
            format=found.format,
            items=[
                ImportedRead.from_domain(by_body.get(place, []), plan, model)
                for place, (plan, model) in enumerate(zip(plans, models, strict=True))
            ],
            dropped=list(found.dropped),
            account=[LineRead.from_domain(line) for line in found.account],
        )


def report_damages(
    found: ImportResult, *, invalid: set[str], pictures: Collection[int]
) -> ImportResult:
    """Return the result with a report that says which pictures and values could not be used."""
    damaged = {
        place
        for place, body in enumerate(found.models)
        if body.avatar and body.avatar not in pictures
    }
    report = [
        _reject(line, "picture_damaged")
        if line.model in damaged and line.entry == "avatar" and line.outcome is Outcome.TAKEN
        else line
        for line in found.report
    ]
    account = [
        _reject(line, "profile_invalid") if line.entry in invalid else line
        for line in found.account
    ]
    if found.profile and found.profile.picture and found.profile.picture not in pictures:
        account = [
            _reject(line, "picture_damaged") if line.entry == "picture" else line
            for line in account
        ]
    return replace(found, report=tuple(report), account=tuple(account))


def _reject(line: EntryReport, reason: str) -> EntryReport:
    return replace(line, outcome=Outcome.LEFT_OUT, reason=message(reason))
