"""What in a chart may be noise alone: less than two standard deviations of the noise in it."""

import math

from dressform.opendata.spreads import Distribution, GroupDistribution

DEVIATIONS = 2


def expected_counts(spread: Distribution, seen: GroupDistribution) -> list[float]:
    """Return what the curve says of a bin around each unit: people, as in the noisy counts."""
    width = spread.edges[1] - spread.edges[0]
    return [each * width * seen.people for each in seen.share]


def is_above_noise(spread: Distribution, flag: str) -> bool:
    """Return whether people are more than noise alone, together and where the curve is highest."""
    seen = spread.flags.get(flag)
    if seen is None:
        return False
    level = DEVIATIONS * seen.count_error
    return (
        seen.people > level * math.sqrt(len(seen.counts))
        and max(expected_counts(spread, seen)) > level
    )
