"""Tables of sizes (.smms, .vst): the values of one chosen size.

A value is base + sum of (chosen - base of the dimension) / step * shift, plus a correction of that
size, as both programs compute it (`VMeasurement::CalcValue`). Tables before Valentina 0.5 and those
of Seamly2D have steps of 2 cm for sizes and 6 cm for heights, and none in inches.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from dressform.sewing.formats.numbers import MILLIMETRES_PER_UNIT, format_number, parse_number
from dressform.sewing.formats.seamly_xml import Element, ParsedXml
from dressform.sewing.formats.types import UnreadableFileError

_NAME_BY_TYPE = {"x": "height", "y": "size", "w": "hip", "z": "waist"}
_OLD_CENTIMETRES = {"size": (22, 72, 2), "height": (50, 200, 6)}
"""Least, largest and step of the dimensions that older tables do not describe."""
_OLD_SHIFTS = {"size": "size_increase", "height": "height_increase"}
_MAX_SIZE = 10_000
_NEW_SHIFTS = ("shiftA", "shiftB", "shiftC")


@dataclass(frozen=True, slots=True)
class _Dimension:
    name: str
    shift: str
    base: Fraction
    least: Fraction
    most: Fraction
    step: Fraction

    def __str__(self) -> str:
        least, most, step, base = map(_format, (self.least, self.most, self.step, self.base))
        return f"`{self.name}` from {least} to {most} in steps of {step} (its base is {base})"

    def is_valid(self, chosen: Fraction | None) -> bool:
        if chosen is None or not self.least <= chosen <= self.most:
            return False
        return not (chosen - self.least) % self.step if self.step else chosen == self.base


class SizeTable:
    """The dimensions of a table, at a chosen size. Raises UnreadableFileError without one."""

    def __init__(self, read: ParsedXml, sizes: Mapping[str, Fraction]) -> None:
        self._dimensions = _parse_dimensions(read)
        wrong = [each for each in self._dimensions if not each.is_valid(sizes.get(each.name))]
        if wrong:
            offered = "; ".join(map(str, self._dimensions))
            raise UnreadableFileError(
                f"this is a table of sizes; choose one by {offered}", parameter=wrong[0].name
            )
        self._chosen = [sizes[each.name] for each in self._dimensions]

    def compute(self, element: Element) -> Fraction | None:
        """Return the value of a measurement at the chosen size, or None if it is not known."""
        attributes = element.attributes
        base = parse_number(attributes.get("base", attributes.get("value", "0")))
        shifts = [parse_number(attributes.get(each.shift, "0")) for each in self._dimensions]
        correction = self._find_correction(element)
        if element.rules or base is None or correction is None:
            return None
        value = base + correction
        for each, chosen, shift in zip(self._dimensions, self._chosen, shifts, strict=True):
            if shift is None:
                return None
            if each.step:
                value += (chosen - each.base) / each.step * shift
        return value

    def _find_correction(self, element: Element) -> Fraction | None:
        for coordinates, correction in element.corrections.items():
            if [parse_number(each) for each in coordinates.split(";")] == self._chosen:
                return parse_number(correction)
        return Fraction(0)


def _parse_dimensions(read: ParsedXml) -> list[_Dimension]:
    unit = read.text("unit")
    if any(each["type"] in _OLD_SHIFTS for each in read.dimensions if "type" in each):
        if unit == "inch":
            raise UnreadableFileError("neither program computes such a table of sizes in inches")
        found = [_parse_old(each, MILLIMETRES_PER_UNIT[unit] / 10) for each in read.dimensions]
    else:
        by_type = {each.get("type", ""): each for each in read.dimensions}
        ordered = [by_type[kind] for kind in _NAME_BY_TYPE if kind in by_type]
        found = [_parse_new(each, shift) for each, shift in zip(ordered, _NEW_SHIFTS, strict=False)]
    if not found:
        raise UnreadableFileError("this table of sizes does not say which sizes it has")
    return found


def _parse_old(attributes: Mapping[str, str], millimetres: Fraction) -> _Dimension:
    """Parse a dimension in centimetres, or in millimetres, which are ten times as many."""
    name = attributes["type"]
    if name not in _OLD_SHIFTS:
        raise UnreadableFileError("the sizes of this table are not known here")
    scale = 1 / millimetres
    least, most, step = (each * scale for each in _OLD_CENTIMETRES[name])
    if _parse_size(attributes, "step", step) != step:
        raise UnreadableFileError(f"the steps of `{name}` in this table are not known here")
    return _Dimension(
        name,
        _OLD_SHIFTS[name],
        base=_parse_size(attributes, "base"),
        least=_parse_size(attributes, "min", least),
        most=_parse_size(attributes, "max", most),
        step=step,
    )


def _parse_new(attributes: Mapping[str, str], shift: str) -> _Dimension:
    return _Dimension(
        _NAME_BY_TYPE[attributes["type"]],
        shift,
        base=_parse_size(attributes, "base"),
        least=_parse_size(attributes, "min"),
        most=_parse_size(attributes, "max"),
        step=_parse_size(attributes, "step"),
    )


def _parse_size(
    attributes: Mapping[str, str], name: str, default: Fraction | None = None
) -> Fraction:
    number = parse_number(attributes[name]) if name in attributes else default
    if number is None or abs(number) > _MAX_SIZE:
        raise UnreadableFileError(f"“{name}” is missing among the sizes of this table")
    return number


def _format(number: Fraction) -> str:
    return format_number(float(number))
