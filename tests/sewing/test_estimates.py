import math

import pytest

from dressform.sewing.catalogue import CATALOGUE, visible_measurements
from dressform.sewing.estimates import body_scale, estimate_from_neck, expected_values
from tests.sewing.bodies import ADULTS, WITH_BREASTS


@pytest.mark.parametrize(("body", "breasts"), ADULTS.values(), ids=ADULTS)
def test_they_are_freesewings(body: dict[str, float], *, breasts: bool) -> None:
    found = estimate_from_neck(body["neck"], breasts=breasts)

    assert {name: math.floor(value + 0.5) for name, value in found.items()} == {
        name: body[name] for name in found
    }


# From FreeSewing's own estimator, asked not to round.
UNROUNDED = [
    (True, 419.1, "chest", 1140.1985294117646),
    (True, 419.1, "waistToUnderbust", 92.09764705882353),
    (True, 34, "inseam", 592.875),
    (True, 1020, "bustSpan", 320),
    (False, 333.3, "inseam", 756.0355263157894),
    (False, 333.3, "waist", 725.3869736842105),
    (False, 34, "waistToFloor", 737.5157894736842),
    (False, 500, "crossSeam", 1034.842105263158),
    (False, 500, "shoulderSlope", 13),
]


@pytest.mark.parametrize(("breasts", "neck", "name", "estimate"), UNROUNDED)
def test_they_are_not_rounded(neck: float, name: str, estimate: float, *, breasts: bool) -> None:
    assert estimate_from_neck(neck, breasts=breasts)[name] == pytest.approx(estimate, rel=1e-12)


def test_they_follow_the_neck_as_far_as_each_does() -> None:
    usual, thick = estimate_from_neck(380, breasts=False), estimate_from_neck(418, breasts=False)

    assert thick["chest"] == pytest.approx(1.1 * usual["chest"])
    assert thick["inseam"] == pytest.approx(1.025 * usual["inseam"])
    assert thick["shoulderSlope"] == usual["shoulderSlope"] == 13


@pytest.mark.parametrize("breasts", [True, False])
def test_all_that_matters_is_estimated_but_the_neck(breasts: bool) -> None:  # noqa: FBT001
    found = estimate_from_neck(350, breasts=breasts)

    assert list(found) == [
        each.name for each in visible_measurements(breasts) if each.name != "neck"
    ]


def test_the_scale_of_a_body_is_that_of_most_of_it() -> None:
    assert body_scale({}, breasts=False) == 1
    assert body_scale(WITH_BREASTS, breasts=True) == 1
    doll = {name: value / 10 for name, value in WITH_BREASTS.items()}
    assert body_scale(doll | {"waist": 7500}, breasts=True) == pytest.approx(0.1)
    assert body_scale({"chest": 925, "waist": 75}, breasts=True) == pytest.approx(1)


def test_what_is_expected_of_a_doll_is_a_dolls() -> None:
    doll = {name: value / 5 for name, value in WITH_BREASTS.items()}

    assert expected_values(doll, breasts=True)["chest"] == pytest.approx(185)
    assert set(expected_values({}, breasts=True)) == set(CATALOGUE)


def test_a_neck_that_does_not_fit_the_rest_is_not_what_the_rest_is_judged_by() -> None:
    slipped = WITH_BREASTS | {"neck": 34}

    assert expected_values(slipped, breasts=True)["chest"] == pytest.approx(925)
