"""The texts of a figure."""

from collections.abc import Mapping
from dataclasses import dataclass

from dressform.sewing.catalogue import CATALOGUE, Kind
from dressform.sewing.data import load_json
from dressform.sewing.quantity_format import format_quantity
from dressform.sewing.silhouette.body_dimensions import BodyDimensions
from dressform.sewing.units import MeasurementUnit

_FACTS = load_json("silhouette")
_NAMES: Mapping[str, Mapping[str, str]] = _FACTS["names"]
_WORDS: Mapping[str, Mapping[str, str]] = _FACTS["words"]

_MM = {MeasurementUnit.MM: 1.0, MeasurementUnit.CM: 10.0, MeasurementUnit.INCH: 25.4}
_COARSE_FROM = 100
_ABOUT = "≈ "


@dataclass(frozen=True, slots=True)
class Captions:
    """The texts in one language (en or fr) and unit; `sizes` are those of the unscaled body."""

    sizes: BodyDimensions
    language: str
    unit: MeasurementUnit

    def __getitem__(self, word: str) -> str:
        return _WORDS[word][self.language]

    def name(self, measurement: str) -> str:
        return _NAMES[measurement][self.language]

    def value(self, measurement: str) -> str:
        """Return a value with its unit; an estimate is rounded and marked with ≈."""
        value = self.sizes[measurement]
        unit = self.unit if CATALOGUE[measurement].kind is Kind.LENGTH else MeasurementUnit.DEGREE
        if self.sizes.is_measured(measurement):
            return self._format(float(f"{value:.6g}"), unit)
        rough = float(f"{value:.3g}" if value > _COARSE_FROM else f"{value:.2g}")
        return _ABOUT + self._format(rough, unit)

    @property
    def in_mm(self) -> float:
        """Return the length of one unit in mm."""
        return _MM[self.unit]

    def length(self, value: float) -> str:
        return self._format(value, self.unit)

    def _format(self, value: float, unit: MeasurementUnit) -> str:
        # Here ≈ marks an estimate, not the rounding of inches to a sixteenth.
        return format_quantity(value, unit, self.language).removeprefix(_ABOUT)

    @property
    def description(self) -> str:
        known = [name for name in _NAMES if self.sizes.is_measured(name)]
        guessed = [name for name in _NAMES if name in self.sizes.values and name not in known]
        return self["said"].format(
            measured=self._list_names(known), estimated=self._list_names(guessed)
        )

    def _list_names(self, names: list[str]) -> str:
        return ", ".join(self.name(name) for name in names) or self["nothing"]
