"""The part of a sent body that differs from the stored one."""

from collections.abc import Mapping

from dressform.sewing.body import BodyMeasurements
from dressform.sewing.quantity_format import is_text_of
from dressform.sewing.units import EnteredValue


def select_changes(
    own: BodyMeasurements,
    complete: BodyMeasurements,
    measurements: Mapping[str, float | None],
    typed: Mapping[str, EnteredValue],
) -> dict[str, float | None]:
    """Return the measurements that change a body whose values were read as `complete`.

    A form sends back what it was filled with. A text that the service itself writes for the stored
    value changes nothing, although it may be rounded, and a variant (`own` differs from `complete`)
    keeps inheriting a value that is sent as it was inherited.
    """
    return {
        name: value
        for name, value in measurements.items()
        if not _is_unchanged(name, value, own, complete, typed.get(name))
    }


def _is_unchanged(
    name: str,
    value: float | None,
    own: BodyMeasurements,
    complete: BodyMeasurements,
    entered: EnteredValue | None,
) -> bool:
    stored = complete.measurements.get(name)
    if stored is None or value is None:
        return False
    if entered and is_text_of(entered, stored):
        return True
    is_inherited = name not in own.measurements
    return is_inherited and value == stored and entered in {None, complete.typed.get(name)}
