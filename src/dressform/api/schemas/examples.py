"""The examples of schemas whose fields' own examples would not be true together.

Values that follow from others are computed as for a response. Long lists are cut after two items.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

from dressform.api.schemas.catalogue import GroupRead, MeasurementRead
from dressform.api.schemas.dataset import GateRead, GuaranteeRead
from dressform.api.schemas.dp_guarantee import ABOUT, GATES, PUBLISHED
from dressform.api.schemas.measurement_checks import BodyInput, CheckRead
from dressform.api.schemas.measurement_display import DisplayValuesRead, EnteredValueRead
from dressform.api.schemas.measurement_input import EXAMPLE
from dressform.api.schemas.privacy import CategoryRead, ReasonRead
from dressform.api.schemas.privacy_texts import status_sentence
from dressform.errors import FieldError, InvalidInput, NotFound
from dressform.policy.notice import notice
from dressform.sewing.body import BodyMeasurements
from dressform.sewing.catalogue import CATALOGUE, DERIVED
from dressform.sewing.forms import GROUPS
from dressform.sewing.quantity_format import QuantityFormat
from dressform.sewing.units import MeasurementUnit

Example = dict[str, Any]

_ID = "019a0000-0000-7000-8000-000000000000"
_MAX_ITEMS = 2
_RUN = {"last_run_at": "2026-03-01T11:55:00Z", "checked_at": "2026-03-01T12:00:00Z"}
_OWN_PROFILE = {"last_login_on": "2026-03-01", "expires_at": "2027-03-01T00:00:00Z"}
_PUBLISHED_AT = {"published_at": "2027-03-01T00:00:00Z"}


@cache
def example_values() -> Mapping[str, Example]:
    """Return, by the name of a schema, the values that replace those of its fields' examples."""
    return dict((*_of_measurements(), *_of_models(), *_of_privacy(), *_of_others()))


def _body(measurements: Mapping[str, object]) -> BodyMeasurements:
    return BodyInput.model_validate({"breasts": False, "measurements": measurements}).to_domain()


def _dump(read: BaseModel) -> Any:
    return _cut(read.model_dump(mode="json"))


def _cut(value: Any) -> Any:
    if isinstance(value, list):
        return [_cut(item) for item in value[:_MAX_ITEMS]]
    if isinstance(value, dict):
        return {name: _cut(each) for name, each in value.items()}
    return value


def _of_measurements() -> Iterator[tuple[str, Example]]:
    # The waist was typed in centimetres, which the check notices.
    checked = _dump(CheckRead.from_domain(_body({"chest": 1105, "waist": 92, "neck": 419})))
    chest = _dump(MeasurementRead.from_domain(CATALOGUE["chest"]))
    groups = _cut([_dump(GroupRead.from_domain(group)) for group in GROUPS])
    yield "GroupRead", groups[0]
    yield "MeasurementRead", chest
    yield (
        "MeasurementsRead",
        {"items": [chest], "groups": groups, "derived": {"waistFront": DERIVED["waistFront"]}},
    )
    yield "SeamlyRead", chest["seamly"]
    yield "EstimateRead", checked["estimates"][0]
    yield "EstimatesRead", {"estimates": checked["estimates"]}
    yield "WarningRead", checked["warnings"][0]
    yield "CheckRead", checked


def _of_models() -> Iterator[tuple[str, Example]]:
    body = _body(EXAMPLE)
    display = _dump(DisplayValuesRead.from_domain(body, QuantityFormat(MeasurementUnit.CM)))
    entered = {name: _dump(EnteredValueRead.from_domain(each)) for name, each in body.typed.items()}
    missing = CheckRead.from_domain(body).missing[:_MAX_ITEMS]
    model: Example = {
        "measurements": body.visible,
        "hidden": {},
        "missing": missing,
        "entered": entered,
        "display": display,
        "based_on": None,
        "own_values": [],
    }
    yield "DisplayValuesRead", display
    yield "ModelRead", model
    yield "ExportedModel", model
    yield "ModelWithWarnings", model | {"warnings": []}
    yield "ModelCreate", {"based_on": None, "unit": "mm"}
    yield "ModelUpdate", {"unit": "mm"}
    yield "BodyInput", {"unit": "mm"}
    yield "CheckInput", {"unit": "mm"}
    line = {"line": 17, "entry": "neck_circ", "outcome": "taken", "measurement": "neck"}
    yield "LineRead", line | {"reason": None}
    neck = {"measurements": {"neck": 419.1}, "breasts": True, "warnings": []}
    yield "ImportedRead", neck | {"model": None, "lines": [line | {"reason": None}]}


def _of_privacy() -> Iterator[tuple[str, Example]]:
    visitor, profile = (
        _dump(CategoryRead.from_domain(category, "en")) for category in notice()[:2]
    )
    yield "CategoryRead", visitor
    yield "ExtensionRead", profile["extensions"][0]
    yield "NoticeRead", {"categories": [visitor, profile]}
    unwarned = _dump(ReasonRead.from_domain("unwarned", "en"))
    yield "ReasonRead", unwarned
    late = {"status": "late", "sentence": status_sentence("late", "en"), "reasons": [unwarned]}
    yield "StatusRead", late | {"oldest_address_at": "2025-09-02T00:00:00Z"} | _RUN
    waiting = {"status": "late", "reasons": ["unwarned"], "unwarned_accounts": 10}
    healthy = {"mail_failing_since": None, "oldest_address_at": "2025-09-02T00:00:00Z"}
    yield "RetentionRead", waiting | healthy | _RUN
    yield "RuleRead", {"blocked_at": None} | _RUN
    yield "ReadyRead", {"last_run_at": "2026-03-01T11:59:47.5Z"}
    consent = {"withdrawn_at": None, "granted_at": "2026-03-01T00:00:00Z", "drawn_year": None}
    act = {"act": "given", "acted_at": "2026-03-01T00:00:00Z", "drawn_year": None}
    yield "ConsentActRead", act
    for name in ("ConsentRead", "ConsentWithText"):
        yield name, consent
    yield "ExportedConsent", consent | {"times_counted": 0}


def _of_others() -> Iterator[tuple[str, Example]]:
    for name in ("SessionRead", "ExportedSession"):
        yield name, {"signed_in_on": "2026-03-01", "expires_at": "2026-05-30T00:00:00Z"}
    yield "OwnProfileRead", _OWN_PROFILE
    guarantee = _dump(GuaranteeRead.in_words("en"))
    gates = [_dump(GateRead.from_domain(gate)) for gate in GATES]
    yield "GuaranteeRead", guarantee
    yield "GateRead", gates[0]
    dataset = {"about": ABOUT.en, "sentence": PUBLISHED.en, "next_date": "2028-03-01T00:00:00Z"}
    yield "DatasetRead", dataset | {"gates": gates, "guarantee": guarantee}
    yield "EditionSummary", _PUBLISHED_AT
    yield "EditionRead", _PUBLISHED_AT
    yield "AuditedQuery", {"request_id": None, "until": None, "before": None}
    yield "Problem", NotFound().as_problem(_ID)
    field = FieldError("#/measurements/chest", "must be greater than 0")
    yield "ValidationProblem", InvalidInput(field).as_problem(_ID)
