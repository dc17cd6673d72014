"""What in a chart may be noise alone: less than two standard deviations of the noise in it."""

import math

from dressform.opendata.distributions import Distribution, GroupDistribution

DEVIATIONS = 2


def expected_counts(distribution: Distribution, group: GroupDistribution) -> list[float]:
    """Return what the curve says of a bin around each unit: people, as in the noisy counts."""
    width = distribution.edges[1] - distribution.edges[0]
    return [each * width * group.people for each in group.share]


def is_above_noise(distribution: Distribution, flag: str) -> bool:
    """Return whether people are more than noise alone, together and where the curve is highest."""
    group = distribution.flags.get(flag)
    if group is None:
        return False
    level = DEVIATIONS * group.count_error
    return (
        group.people > level * math.sqrt(len(group.counts))
        and max(expected_counts(distribution, group)) > level
    )
