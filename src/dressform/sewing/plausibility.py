"""What is worth a second look before cloth is cut.

A hint refuses nothing and judges nobody: it names measurements that do not go together, and says
what to check.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from dressform.sewing.catalogue import relevant
from dressform.sewing.data import facts
from dressform.sewing.entry_errors import slips
from dressform.sewing.plausibility_warning import Hint, quoted

_FACTS = facts("plausibility")


_LEAST = 0.001
"""As good as nothing, and nothing that arithmetic stumbles over."""


def hints(measurements: Mapping[str, float], *, breasts: bool) -> list[Hint]:
    """All that is worth checking, of what matters with this flag; mostly nothing.

    What one hint explains gets no second one.
    """
    shown = {each.name for each in relevant(breasts)}
    known = {name: max(v, _LEAST) for name, v in measurements.items() if name in shown}
    found = list(slips(known, breasts=breasts))
    slipped = {name for slip in found for name in slip.measurements}
    rest = {name: value for name, value in known.items() if name not in slipped}
    found += _orders(rest)
    for hint in _sums(rest):
        if not any(set(other.measurements) <= set(hint.measurements) for other in found):
            found.append(hint)
    return found


def _orders(known: Mapping[str, float]) -> Iterator[Hint]:
    for longer, shorter in _FACTS["longer"]:
        if longer in known and shorter in known and not known[longer] > known[shorter]:
            yield Hint.of("order", "longer", (longer, shorter), quoted(longer), quoted(shorter))


def _sums(known: Mapping[str, float]) -> Iterator[Hint]:
    """Those of few measurements first."""
    for rule in _FACTS["sums"]:
        names = (*rule["left"], *rule["right"])
        if all(name in known for name in names) and _is_broken(rule, known):
            said = _in_words(rule["left"]), _in_words(rule["right"])
            yield Hint.of("sum", rule["relation"], names, *said)


def _is_broken(rule: Mapping[str, Any], known: Mapping[str, float]) -> bool:
    left, right = (_sum(rule[side], known) for side in ("left", "right"))
    if min(left, right) <= 0 or (rule["relation"] == "at most" and left <= right):
        return False
    return bool(abs(left - right) / ((left + right) / 2) > rule["tolerance"])


def _sum(terms: Mapping[str, int], known: Mapping[str, float]) -> float:
    return sum(times * known[name] for name, times in terms.items())


def _in_words(terms: Mapping[str, int]) -> dict[str, str]:
    """As a formula of labels."""
    said = {"en": "", "fr": ""}
    for name, times in terms.items():
        often = f"{abs(times)} \N{MULTIPLICATION SIGN} " if abs(times) > 1 else ""
        for language, label in quoted(name).items():
            sign = "" if not said[language] else " \N{MINUS SIGN} " if times < 0 else " + "
            said[language] += f"{sign}{often}{label}"
    return said
