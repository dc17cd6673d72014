from collections.abc import Mapping
from dataclasses import dataclass, field

from dressform.sewing.catalogue import CATALOGUE, visible_measurements
from dressform.sewing.units import EnteredValue

_BREASTS_ONLY = frozenset(name for name, each in CATALOGUE.items() if each.breasts_only)
_VISIBLE_NAMES = {
    flag: tuple(each.name for each in visible_measurements(flag)) for flag in (True, False, None)
}


@dataclass(frozen=True, slots=True)
class BodyMeasurements:
    """The measurements of one body by name: lengths in millimetres, shoulderSlope in degrees.

    `typed` holds the original text of measurements that were sent as text. `breasts` decides which
    measurements are displayed and expected, never which are stored. It is None for a variant that
    inherits the flag of its base.
    """

    breasts: bool | None
    measurements: Mapping[str, float] = field(default_factory=dict)
    typed: Mapping[str, EnteredValue] = field(default_factory=dict)

    @property
    def visible(self) -> dict[str, float]:
        """Return the measurements that apply with this flag."""
        if self.breasts is not False:
            return dict(self.measurements)
        return {name: at for name, at in self.measurements.items() if name not in _BREASTS_ONLY}

    @property
    def hidden_measurements(self) -> dict[str, float]:
        """Return the stored measurements that do not apply with this flag."""
        if self.breasts is not False:
            return {}
        return {name: at for name, at in self.measurements.items() if name in _BREASTS_ONLY}

    @property
    def missing_names(self) -> list[str]:
        """Return the names of applicable measurements without a value, in the catalogue's order."""
        return [name for name in _VISIBLE_NAMES[self.breasts] if name not in self.measurements]

    def merged_with(self, base: "BodyMeasurements") -> "BodyMeasurements":
        """Return the complete body of a variant: its own values override those of `base`."""
        inherited = {
            name: typed for name, typed in base.typed.items() if name not in self.measurements
        }
        return BodyMeasurements(
            base.breasts if self.breasts is None else self.breasts,
            {**base.measurements, **self.measurements},
            {**inherited, **self.typed},
        )

    def apply_patch(
        self,
        *,
        breasts: bool | None = None,
        measurements: Mapping[str, float | None],
        typed: Mapping[str, EnteredValue],
    ) -> "BodyMeasurements":
        """Return the body with `measurements` set, or removed where they are None.

        A measurement whose number does not change keeps its original text.
        """
        merged = {**self.measurements, **measurements}
        kept = {name: value for name, value in merged.items() if value is not None}
        untouched = {
            name: typed
            for name, typed in self.typed.items()
            if kept.get(name) == self.measurements[name]
        }
        return BodyMeasurements(
            self.breasts if breasts is None else breasts, kept, {**untouched, **typed}
        )
