"""The models of a moved account: its sets, by the rules for files of FreeSewing."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from dressform.api.schemas.fields import ModelName
from dressform.repositories.model_statements import MAX_MODELS
from dressform.sewing.body import BodyMeasurements
from dressform.sewing.formats import Format, ImportResult, Outcome, UnreadableFileError, parse_file
from dressform.site_import.records import SourceAccount, SourceSet

_NAME: TypeAdapter[str] = TypeAdapter(ModelName)
_MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class PlannedModel:
    name: str
    body: BodyMeasurements


@dataclass(frozen=True, slots=True)
class PlannedModels:
    """The models of an account, and how many sets and measurements are left out."""

    models: tuple[PlannedModel, ...]
    sets_left_out: int
    measurements_left_out: int


def plan_models(account: SourceAccount) -> PlannedModels:
    """Return the models that the sets of an account become. A set without a measurement becomes none."""
    found: list[PlannedModel] = []
    dropped_sets, dropped = account.unread_sets, 0
    for number, source in enumerate(account.sets, 1):
        result = _parse(source, may_be_old=account.may_have_old_names)
        body = result.models[0] if result and result.models else None
        dropped += _count_left_out(result)
        if body is None or not body.measurements or len(found) >= MAX_MODELS:
            dropped_sets += 1
            continue
        flag = True if body.breasts is None else body.breasts
        name = _choose_name(source.name, number)
        found.append(PlannedModel(name, BodyMeasurements(flag, body.measurements)))
    return PlannedModels(tuple(found), dropped_sets, dropped)


def _parse(source: SourceSet, *, may_be_old: bool) -> ImportResult | None:
    """Parse a set as if it were FreeSewing's file of one, so that the same names and bounds apply."""
    entry = {"measurements": dict(source.measurements)}
    if source.breasts is not None:
        entry |= {"breasts": source.breasts}  # type: ignore[dict-item]
    collection = "people" if may_be_old else "sets"
    try:
        return parse_file(json.dumps({collection: [entry]}).encode(), format=Format.FREESEWING)
    except UnreadableFileError:
        return None


def _count_left_out(result: ImportResult | None) -> int:
    report = result.report if result else ()
    return sum(each.outcome is Outcome.LEFT_OUT for each in report)


def _choose_name(name: str, number: int) -> str:
    for candidate in _list_names(name):
        try:
            return _NAME.validate_python(candidate)
        except ValidationError:
            continue
    return f"Model {number}"


def _list_names(name: str) -> Iterator[str]:
    line = " ".join(name.split())
    yield line[:_MAX_NAME]
    yield "".join(filter(str.isprintable, line))[:_MAX_NAME]
