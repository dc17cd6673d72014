"""The examples of schemas whose fields' own examples would not be true together.

Values that follow from others are computed as for a response. Long lists are cut after two items.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from dressform.api.schemas.dataset import GateRead, GuaranteeRead
from dressform.api.schemas.dp_guarantee import ABOUT, GATES, PUBLISHED
from dressform.api.schemas.measurement_checks import BodyInput, CheckRead
from dressform.api.schemas.measurement_display import DisplayValuesRead, EnteredValueRead
from dressform.api.schemas.measurement_input import EXAMPLE
from dressform.api.schemas.measurements import MeasurementRead
from dressform.api.schemas.privacy import CategoryRead, StatusRead
from dressform.policy.notice import notice
from dressform.sewing.body import BodyMeasurements
from dressform.sewing.catalogue import CATALOGUE, DERIVED
from dressform.sewing.units import MeasurementUnit

Example = dict[str, Any]

_MAX_ITEMS = 2


@cache
def example_values() -> Mapping[str, Example]:
    """Return, by the name of a schema, the values that replace those of its fields' examples."""
    return dict((*_of_measurements(), *_of_models(), *_of_privacy(), *_of_others()))


def _body(measurements: Mapping[str, object]) -> BodyMeasurements:
    return BodyInput.model_validate({"breasts": False, "measurements": measurements}).to_domain()


def _cut(value: Any) -> Any:
    if isinstance(value, list):
        return [_cut(item) for item in value[:_MAX_ITEMS]]
    if isinstance(value, dict):
        return {name: _cut(each) for name, each in value.items()}
    return value


def _of_measurements() -> Iterator[tuple[str, Example]]:
    # The waist is in centimetres by mistake.
    checked = _cut(CheckRead.of(_body({"chest": 1105, "waist": 92, "neck": 419})).model_dump())
    estimate = next(each for each in checked["estimates"])
    chest = MeasurementRead.of(CATALOGUE["chest"]).model_dump()
    yield "MeasurementRead", chest
    yield "MeasurementsRead", {"items": [chest], "derived": {"waistFront": DERIVED["waistFront"]}}
    yield "SeamlyRead", chest["seamly"]
    yield "EstimateRead", estimate
    yield "WarningRead", checked["warnings"][0]
    yield "CheckRead", checked
    yield "BodyInput", {"unit": "cm"}
    yield "MergedBody", {}


def _of_models() -> Iterator[tuple[str, Example]]:
    body = _body(EXAMPLE)
    entered = {name: EnteredValueRead.of(each).model_dump() for name, each in body.typed.items()}
    display = DisplayValuesRead.of(body, MeasurementUnit.CM).model_dump()
    model: Example = {
        "measurements": body.shown,
        "hidden": {},
        "missing": _cut(body.missing),
        "entered": entered,
        "display": display,
        "based_on": None,
        "own_values": [],
    }
    yield "DisplayValuesRead", display
    yield "ModelRead", model
    yield "ExportedModel", model
    yield "ModelWithWarnings", model | {"warnings": []}
    yield "ModelCreate", {"based_on": None, "unit": "cm"}
    yield "ModelUpdate", {"unit": "cm"}
    line = {"measurement": "neck", "reason": None}
    yield "LineRead", line


def _of_privacy() -> Iterator[tuple[str, Example]]:
    category = CategoryRead.of(notice()[0], "en").model_dump()
    yield "CategoryRead", category
