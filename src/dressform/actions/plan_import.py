from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dressform.sewing.body import BodyMeasurements
from dressform.sewing.formats import ImportedBody, ImportResult


@dataclass(frozen=True, slots=True)
class PlannedModel:
    """A model that an import is going to store, or only to report when it is empty.

    `base` is the index of the base model; `own` then holds what differs from it.
    """

    name: str
    own: BodyMeasurements
    complete: BodyMeasurements
    base: int | None
    avatar: bytes | None
    is_stored: bool


def plan_models(
    found: ImportResult, *, breasts: bool | None, pictures: Mapping[int, bytes], day: date
) -> list[PlannedModel]:
    """Return the models of a file. `breasts` is the flag for files that do not have one."""
    stored = [bool(body.measurements) or found.is_own_file for body in found.models]
    plans: list[PlannedModel] = []
    for place, body in enumerate(found.models):
        base = None if body.base is None else plans[body.base]
        own = _make_body(body, None if base else breasts, is_variant=base is not None)
        name = body.name or _neutral_name(day, sum(stored[: place + 1]), sum(stored))
        plans.append(
            PlannedModel(
                name=name,
                own=own,
                complete=own.merged_with(base.complete) if base else own,
                base=body.base,
                avatar=pictures.get(body.avatar or 0),
                is_stored=stored[place],
            )
        )
    return plans


def _make_body(
    found: ImportedBody,
    asked: bool | None,  # noqa: FBT001 - the flag of a model
    *,
    is_variant: bool,
) -> BodyMeasurements:
    """Return the body with the flag of the file, else of the query, else true, which hides nothing."""
    flag = next((each for each in (found.breasts, asked) if each is not None), True)
    return BodyMeasurements(found.breasts if is_variant else flag, found.measurements, found.typed)


def _neutral_name(day: date, number: int, of: int) -> str:
    """Return a neutral name, since names in the file may be those of people."""
    imported = f"Imported {day.isoformat()}"
    return imported if of <= 1 else f"{imported}, {number} of {of}"
