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
    """What is known of one body: lengths in millimetres, shoulderSlope in degrees, by name.

    `typed` holds those that were sent as text, as they were typed. The flag decides what is shown
    and what is asked for, never what is kept; None is a variant's that has its base's.
    """

    breasts: bool | None
    measurements: Mapping[str, float] = field(default_factory=dict)
    typed: Mapping[str, EnteredValue] = field(default_factory=dict)

    @property
    def visible(self) -> dict[str, float]:
        """What matters with the flag as it is."""
        if self.breasts is not False:
            return dict(self.measurements)
        return {name: at for name, at in self.measurements.items() if name not in _BREASTS_ONLY}

    @property
    def hidden(self) -> dict[str, float]:
        """The rest: kept, and shown again when the flag changes."""
        if self.breasts is not False:
            return {}
        return {name: at for name, at in self.measurements.items() if name in _BREASTS_ONLY}

    @property
    def missing(self) -> list[str]:
        """The names of what matters and was not measured yet, in the catalogue's order."""
        return [name for name in _VISIBLE_NAMES[self.breasts] if name not in self.measurements]

    def merged_with(self, base: "BodyMeasurements") -> "BodyMeasurements":
        """A variant as a whole: its own values before those of its base."""
        inherited = {
            name: typed for name, typed in base.typed.items() if name not in self.measurements
        }
        return BodyMeasurements(
            base.breasts if self.breasts is None else self.breasts,
            {**base.measurements, **self.measurements},
            {**inherited, **self.typed},
        )

    def patched(
        self,
        *,
        breasts: bool | None = None,
        measurements: Mapping[str, float | None],
        typed: Mapping[str, EnteredValue],
    ) -> "BodyMeasurements":
        """A measurement that is None is removed, the others are set; the rest stays.

        A number sent back as it was read keeps the text that it was once typed as.
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
