"""What is worth a second look before cloth is cut.

A hint refuses nothing and judges nobody: it names measurements that do not go together, and says
what to check.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dressform.sewing.catalogue import CATALOGUE, Kind, relevant
from dressform.sewing.estimates import expected, is_usual, scale
from dressform.sewing.facts import facts

_FACTS = facts("plausibility")
_TEXTS: Mapping[str, Mapping[str, str]] = _FACTS["texts"]


_KINDS = {"longer": "order", "slope": "angle", "digits": "digits"} | {
    **dict.fromkeys(("about", "at most"), "sum"),
    **dict.fromkeys(("cm", "in", "all cm", "all in"), "unit"),
}


@dataclass(frozen=True, slots=True)
class Hint:
    """Something to check: the measurements it is about, and a text with `en` and `fr`."""

    kind: str
    measurements: tuple[str, ...]
    text: Mapping[str, str]

    @classmethod
    def of(cls, key: str, measurements: tuple[str, ...], *said: str) -> "Hint":
        text = {language: words.format(*said) for language, words in _TEXTS[key].items()}
        return cls(_KINDS[key], measurements, text)


def hints(measurements: Mapping[str, float], *, breasts: bool) -> list[Hint]:
    """All that is worth checking, of what matters with this flag; mostly nothing."""
    shown = {each.name for each in relevant(breasts)}
    known = {name: value for name, value in measurements.items() if name in shown}
    slips = list(_slips(known, breasts=breasts))
    slipped = {name for slip in slips if slip.kind == "unit" for name in slip.measurements}
    rest = {name: value for name, value in known.items() if name not in slipped}
    return [*slips, *_orders(rest), *_sums(rest)]


def _orders(known: Mapping[str, float]) -> Iterator[Hint]:
    for longer, shorter in _FACTS["longer"]:
        if longer in known and shorter in known and not known[longer] > known[shorter]:
            yield Hint.of("longer", (longer, shorter), longer, shorter)


def _sums(known: Mapping[str, float]) -> Iterator[Hint]:
    for rule in _FACTS["sums"]:
        names = (*rule["left"], *rule["right"])
        if not all(name in known for name in names):
            continue
        left, right = (_sum(rule[side], known) for side in ("left", "right"))
        if min(left, right) <= 0 or (rule["relation"] == "at most" and left <= right):
            continue
        if abs(left - right) / ((left + right) / 2) > rule["tolerance"]:
            yield Hint.of(
                rule["relation"], names, _in_words(rule["left"]), _in_words(rule["right"])
            )


def _sum(terms: Mapping[str, int], known: Mapping[str, float]) -> float:
    return sum(times * known[name] for name, times in terms.items())


def _in_words(terms: Mapping[str, int]) -> str:
    """HighBust - highBustFront, 2 x waistBack."""
    words = ""
    for name, times in terms.items():
        sign = "" if not words else " \N{MINUS SIGN} " if times < 0 else " + "
        words += sign + (f"{abs(times)} \N{MULTIPLICATION SIGN} {name}" if abs(times) > 1 else name)
    return words


_STEEP = 45
"""Degrees; FreeSewing's largest giant has 39."""
_FACTORS = {"cm": 10.0, "in": 25.4}
_FEWEST = 3
"""Lengths: of two that differ nobody can tell which is off."""
_NEAR, _FAR = math.log(1.6), math.log(3)
_FITS, _MISFITS, _UNSEEN_MISFITS = 0.08, 0.2, 0.35
"""Logarithms of what a value is beside what is expected of it."""


def _slips(known: Mapping[str, float], *, breasts: bool) -> Iterator[Hint]:
    """Of the unit and of the keyboard."""
    slope = known.get("shoulderSlope", 0)
    if slope > _STEEP:
        yield Hint.of("slope", ("shoulderSlope",), "shoulderSlope", f"{slope:g}°")
    lengths = {n: value for n, value in known.items() if CATALOGUE[n].kind is Kind.LENGTH}
    size = scale(lengths, breasts=breasts)
    for unit, factor in _FACTORS.items():
        if abs(math.log(size * factor)) < _NEAR:
            yield Hint.of(f"all {unit}", tuple(lengths))
            return
    if len(lengths) < _FEWEST:
        return
    others = expected(lengths, breasts=breasts)
    for name, value in lengths.items():
        yield from _slip(name, value, others[name])


def _slip(name: str, value: float, wanted: float) -> Iterator[Hint]:
    off = math.log(value / wanted)
    for unit, factor in _FACTORS.items():
        if off < -_FAR and abs(off + math.log(factor)) < _NEAR:
            yield Hint.of(unit, (name,), name)
            return
    usual = is_usual(name, value)
    if (usual is False and abs(off) > _MISFITS) or (usual is None and abs(off) > _UNSEEN_MISFITS):
        for other in _swapped(value):
            if abs(math.log(other / wanted)) < _FITS:
                yield Hint.of("digits", (name,), name, f"{value:g}", f"{other:g}")
                return


def _swapped(value: float) -> Iterator[float]:
    """The number with two neighbouring digits in each other's place."""
    digits = f"{value:g}"
    for at in range(len(digits) - 1):
        pair = digits[at : at + 2]
        if pair.isdigit() and pair[0] != pair[1]:
            other = float(digits[:at] + pair[::-1] + digits[at + 2 :])
            if other > 0:
                yield other
