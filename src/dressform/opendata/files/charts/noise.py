"""The noise level of charts: two standard deviations of the noise."""

import math

from dressform.opendata.distributions import Distribution, GroupDistribution

DEVIATIONS = 2


def expected_counts(distribution: Distribution, group: GroupDistribution) -> list[float]:
    """Return the expected count of a bin around each unit."""
    width = distribution.edges[1] - distribution.edges[0]
    return [each * width * group.people for each in group.share]


def is_above_noise(distribution: Distribution, flag: str) -> bool:
    """Return whether both the total and the peak of the curve exceed the noise level."""
    group = distribution.flags.get(flag)
    if group is None:
        return False
    level = DEVIATIONS * group.count_error
    return (
        group.people > level * math.sqrt(len(group.counts))
        and max(expected_counts(distribution, group)) > level
    )
