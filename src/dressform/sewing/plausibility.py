"""Plausibility checks of a body's measurements.

A warning never rejects anything. It names measurements that contradict each other and says what to
check.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from dressform.sewing.catalogue import visible_measurements
from dressform.sewing.data import load_json
from dressform.sewing.entry_errors import find_entry_errors
from dressform.sewing.plausibility_warning import PlausibilityWarning, quote_label

_FACTS = load_json("plausibility")


_MIN_VALUE = 0.001
"""Smaller values are replaced by this one, which can be divided by."""


def check_plausibility(
    measurements: Mapping[str, float], *, breasts: bool
) -> list[PlausibilityWarning]:
    """Return the warnings about the measurements that apply with this flag.

    Measurements of one warning are not checked again by a later rule.
    """
    visible = {each.name for each in visible_measurements(breasts)}
    known = {name: max(v, _MIN_VALUE) for name, v in measurements.items() if name in visible}
    found = list(find_entry_errors(known, breasts=breasts))
    in_error = {name for error in found for name in error.measurements}
    rest = {name: value for name, value in known.items() if name not in in_error}
    found += _check_orders(rest)
    for warning in _check_sums(rest):
        if not any(set(other.measurements) <= set(warning.measurements) for other in found):
            found.append(warning)
    return found


def _check_orders(known: Mapping[str, float]) -> Iterator[PlausibilityWarning]:
    for longer, shorter in _FACTS["longer"]:
        if longer in known and shorter in known and not known[longer] > known[shorter]:
            yield PlausibilityWarning.create(
                "order", "longer", (longer, shorter), quote_label(longer), quote_label(shorter)
            )


def _check_sums(known: Mapping[str, float]) -> Iterator[PlausibilityWarning]:
    """Yield a warning for each broken sum rule; rules of few measurements come first."""
    for rule in _FACTS["sums"]:
        names = (*rule["left"], *rule["right"])
        if all(name in known for name in names) and _is_broken(rule, known):
            sides = _format_side(rule["left"]), _format_side(rule["right"])
            yield PlausibilityWarning.create("sum", rule["relation"], names, *sides)


def _is_broken(rule: Mapping[str, Any], known: Mapping[str, float]) -> bool:
    left, right = (_evaluate_side(rule[side], known) for side in ("left", "right"))
    if min(left, right) <= 0 or (rule["relation"] == "at most" and left <= right):
        return False
    return bool(abs(left - right) / ((left + right) / 2) > rule["tolerance"])


def _evaluate_side(terms: Mapping[str, int], known: Mapping[str, float]) -> float:
    return sum(times * known[name] for name, times in terms.items())


def _format_side(terms: Mapping[str, int]) -> dict[str, str]:
    """Return one side of a rule as a formula of labels, by language."""
    formula = {"en": "", "fr": ""}
    for name, times in terms.items():
        factor = f"{abs(times)} \N{MULTIPLICATION SIGN} " if abs(times) > 1 else ""
        for language, label in quote_label(name).items():
            sign = "" if not formula[language] else " \N{MINUS SIGN} " if times < 0 else " + "
            formula[language] += f"{sign}{factor}{label}"
    return formula
