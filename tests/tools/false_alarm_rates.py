"""How often hints are given to bodies that need none, and how often slips are found.

`python -m tests.tools.false_alarm_rates`: the numbers in docs/measurements.md are its.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator

from dressform.sewing.plausibility import check_plausibility
from tests.sewing.bodies import ADULTS
from tests.sewing.people import draw_adults

Body = dict[str, float]

PEOPLE = 10_000
COPIES = 500
TAPE_MM = 10
"""The standard deviation of what is measured by hand."""


def kinds(bodies: Iterator[tuple[Body, bool]]) -> Counter[str]:
    """Return the shares of bodies that get a warning of each kind, or any."""
    found: Counter[str] = Counter()
    for body, breasts in bodies:
        given = {hint.kind for hint in check_plausibility(body, breasts=breasts)}
        found.update(given | ({"any"} if given else set()) | {"bodies"})
    return found


def people(number: int = PEOPLE) -> Iterator[tuple[Body, bool]]:
    for breasts in (True, False):
        for body in draw_adults(number // 2, breasts=breasts, seed=2026):
            yield body, breasts


def by_hand(copies: int = COPIES) -> Iterator[tuple[Body, bool]]:
    """Return FreeSewing's adults with random errors, as if measured by hand."""
    draw = random.Random(38)
    for body, breasts in ADULTS.values():
        for _ in range(copies):
            slack: Body = {n: round(v + draw.gauss(0, TAPE_MM)) for n, v in body.items()}
            yield slack | {"shoulderSlope": 13}, breasts


def slipped(slip: Callable[[Body, random.Random], Body]) -> Iterator[tuple[Body, bool]]:
    draw = random.Random(7)
    for body, breasts in people():
        yield slip(body, draw), breasts


def in_all(factor: float) -> Callable[[Body, random.Random], Body]:
    return lambda body, _: {name: value / factor for name, value in body.items()}


def in_one(factor: float) -> Callable[[Body, random.Random], Body]:
    def slip(body: Body, draw: random.Random) -> Body:
        name = draw.choice(list(body))
        return body | {name: body[name] / factor}

    return slip


def mirrored(body: Body, draw: random.Random) -> Body:
    name = draw.choice(list(body))
    digits = f"{body[name]:g}"
    at = draw.choice([at for at in range(len(digits) - 1) if at or digits[1] != "0"])
    return body | {name: float(digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :])}


CASES: dict[str, Callable[[], Iterator[tuple[Body, bool]]]] = {
    "people": people,
    "FreeSewing's adults, measured by hand": by_hand,
    "people in centimetres": lambda: slipped(in_all(10)),
    "people in inches": lambda: slipped(in_all(25.4)),
    "one value in centimetres": lambda: slipped(in_one(10)),
    "one value in inches": lambda: slipped(in_one(25.4)),
    "two digits of one value swapped": lambda: slipped(mirrored),
}

if __name__ == "__main__":
    for name, bodies in CASES.items():
        found = kinds(bodies())
        total = found.pop("bodies")
        said = ", ".join(f"{kind} {n / total:.2%}" for kind, n in sorted(found.items()))
        print(f"{name} ({total}): {said or 'no hint'}")  # noqa: T201
