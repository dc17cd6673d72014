"""What an edition tells about those who took part: no more than strangers of their kind would.

Every attack is tried on the 5,000 members of a release, and on 5,000 people who have nothing to do
with it. The people are the same in every run, the noise of an edition never is. Two rates count as
different when their Clopper-Pearson intervals, of one doubt in 40,000 a side, don't even touch: with
equal rates that happens less than once in 100 million times. Of 100 editions of other people, no
rate differed by more than 3 of its standard deviations, and it takes 5.7.
"""

import math

import numpy as np
import pytest

from tests.opendata.reidentification import ATTACKS, Hits, area_under_curve, closest_distances
from tests.opendata.releases import (
    QUASI_IDENTIFIERS,
    K,
    Release,
    release_edition,
    release_k_anonymous,
    release_without_names,
    sample,
)

NUMBER = 5_000
PLANTED = 500
MEMBERS, STRANGERS = sample(NUMBER, 1), sample(NUMBER, 2)

every_attack = pytest.mark.parametrize("attack", ATTACKS)


@pytest.fixture(scope="module")
def edition() -> Release:
    return release_edition(MEMBERS)


@pytest.fixture(scope="module")
def unrelated(edition: Release) -> Release:
    """As good as it gets: as many rows, of people who are neither members nor attacked."""
    return Release(sample(len(edition.rows), 3))


@pytest.fixture(scope="module")
def coarsened() -> Release:
    return release_k_anonymous(MEMBERS)


def _tried(attack: str, release: Release) -> tuple[Hits, Hits]:
    """On members, and on strangers."""
    return ATTACKS[attack](release, MEMBERS), ATTACKS[attack](release, STRANGERS)


@every_attack
def test_an_edition_tells_no_more_about_members_than_about_strangers(
    edition: Release, attack: str
) -> None:
    members, strangers = _tried(attack, edition)

    assert not members.beats(strangers)


@every_attack
def test_an_edition_is_no_better_to_attack_with_than_unrelated_people(
    edition: Release, unrelated: Release, attack: str
) -> None:
    assert not ATTACKS[attack](edition, MEMBERS).beats(ATTACKS[attack](unrelated, MEMBERS))


@every_attack
def test_removing_names_stops_no_attack(attack: str) -> None:
    members, strangers = _tried(attack, release_without_names(MEMBERS))

    assert members.beats(strangers)
    assert members.rate > 0.9


@every_attack
def test_k_anonymity_stops_no_attack_that_leaves_out_what_is_coarse(
    coarsened: Release, attack: str
) -> None:
    members, strangers = _tried(attack, coarsened)

    assert members.beats(strangers)
    assert members.rate > 0.9


def test_that_release_is_k_anonymous(coarsened: Release) -> None:
    _, shared_by = np.unique(coarsened.rows[:, QUASI_IDENTIFIERS], axis=0, return_counts=True)

    assert shared_by.min() >= K


@every_attack
@pytest.mark.parametrize("blur_mm", [0, 2])
def test_an_edition_with_members_among_its_people_is_found_out(
    edition: Release, attack: str, blur_mm: int
) -> None:
    """One row in twenty is a member's, as it is or blurred a little."""
    members, strangers = _tried(attack, _with_members(edition, blur_mm))

    assert members.beats(strangers)


def _with_members(edition: Release, blur_mm: int) -> Release:
    random = np.random.default_rng(4)
    rows = edition.rows.copy()
    rows[:PLANTED] = random.permutation(MEMBERS)[:PLANTED]
    rows[:PLANTED, 1:] += np.rint(random.normal(0, blur_mm, rows[:PLANTED, 1:].shape))
    return Release(rows)


def test_members_are_no_closer_to_an_edition_than_strangers(edition: Release) -> None:
    """Five standard deviations of the rank test: by chance once in some three million times."""
    assert _curve(edition) < 0.5 + 5 * _chance()


def test_members_are_closer_when_a_few_rows_are_theirs(edition: Release) -> None:
    assert _curve(_with_members(edition, 0)) > 0.5 + 5 * _chance()


def _curve(release: Release) -> float:
    return area_under_curve(
        closest_distances(release, MEMBERS), closest_distances(release, STRANGERS)
    )


def _chance() -> float:
    """The standard deviation of the area, with nothing to be found (Mann and Whitney, 1947)."""
    return math.sqrt((2 * NUMBER + 1) / (12 * NUMBER**2))


@pytest.mark.parametrize("rate", [0.003, 0.03, 0.16])
def test_equal_rates_differ_less_than_once_in_100_million_times(rate: float) -> None:
    of, hits = 2_000, _likely(2_000, rate)
    bounds = {at: Hits(at, of).bounds for at in hits}
    alarm = sum(
        chance * other
        for at, chance in hits.items()
        for at_other, other in hits.items()
        if bounds[at][0] > bounds[at_other][1]
    )

    assert 0 < alarm < 1e-8


def _likely(of: int, rate: float) -> dict[int, float]:
    """The chance of every count that is no more than seven standard deviations off."""
    spread = 7 * math.sqrt(of * rate) + 10
    counts = range(max(int(of * rate - spread), 0), int(of * rate + spread))
    everyone = math.lgamma(of + 1)
    return {
        at: math.exp(
            everyone
            - math.lgamma(at + 1)
            - math.lgamma(of - at + 1)
            + at * math.log(rate)
            + (of - at) * math.log1p(-rate)
        )
        for at in counts
    }
