"""Each line of a silhouette has the measured length."""

import math
from itertools import pairwise

import pytest

from dressform.sewing.data import load_json
from tests.sewing.sketches import METRE, Sketch

FACTS = load_json("silhouette")


def circumference(breadth: float, depth: float) -> float:
    """Return the circumference of an ellipse by numerical integration."""
    steps = [math.tau * step / 2000 for step in range(2001)]
    around = [(breadth / 2 * math.cos(at), depth * breadth / 2 * math.sin(at)) for at in steps]
    return sum(math.dist(*pair) for pair in pairwise(around))


@pytest.mark.parametrize("name", [name for name in FACTS["depths"] if name != "chest"])
def test_a_tape_is_as_broad_as_an_ellipse_of_its_length(name: str) -> None:
    sketch = Sketch(METRE, breasts=True)

    around = circumference(sketch.get_width(name), FACTS["depths"][name]) / sketch.per_mm
    assert around == pytest.approx(METRE[name], rel=0.01)


def test_a_chest_is_deeper_with_breasts() -> None:
    for breasts, depth in ((True, FACTS["depth_with_breasts"]), (False, FACTS["depths"]["chest"])):
        sketch = Sketch(METRE, breasts=breasts)

        around = circumference(sketch.get_width("chest"), depth) / sketch.per_mm
        assert around == pytest.approx(METRE["chest"], rel=0.01)


@pytest.mark.parametrize(
    ("name", "down"),
    [
        ("hpsToWaistBack", -395),
        ("waistToArmpit", -170),
        ("hpsToBust", 275 - 395),
        ("waistToUnderbust", -80),
        ("waistToHips", 125),
        ("waistToSeat", 250),
        ("waistToUpperLeg", 285),
        ("inseam", 1000 - 765),
        ("waistToKnee", 600),
    ],
)
def test_heights_are_true_to_scale(name: str, down: float) -> None:
    sketch = Sketch(METRE, breasts=True)

    found = (sketch.get_level(name) - sketch.get_level("waist")) / sketch.per_mm
    assert found == pytest.approx(down, abs=1)


@pytest.mark.parametrize(
    ("tape", "height"),
    [
        ("chest", "hpsToBust"),
        ("highBust", "waistToArmpit"),
        ("underbust", "waistToUnderbust"),
        ("hips", "waistToHips"),
        ("seat", "waistToSeat"),
        ("upperLeg", "waistToUpperLeg"),
        ("knee", "waistToKnee"),
    ],
)
def test_a_tape_lies_at_its_height(tape: str, height: str) -> None:
    sketch = Sketch(METRE, breasts=True)

    assert sketch.get_level(tape) == sketch.get_level(height)


def test_shoulders_are_as_wide_and_as_sloped_as_measured() -> None:
    tip, neck = 0.5 * METRE["shoulderToShoulder"], 0.5 * METRE["neck"] / math.pi
    for slope in (5, 13, 30, 60):
        sketch = Sketch(METRE | {"shoulderSlope": slope}, breasts=True)

        drop = sketch.get_level("shoulderToShoulder") - sketch.get_level("neck")
        assert sketch.get_width("shoulderToShoulder") / sketch.per_mm == pytest.approx(
            2 * tip, abs=1
        )
        assert drop / sketch.per_mm == pytest.approx(
            (tip - neck) * math.tan(math.radians(slope)), abs=2
        )


def test_an_arm_is_as_long_as_measured() -> None:
    sketch = Sketch(METRE, breasts=True)
    tip = sketch.drawn["shoulderToShoulder"].tape[0]

    for name in ("shoulderToElbow", "shoulderToWrist"):
        end = sketch.drawn[name].leader[0]
        assert abs(end - tip) / sketch.per_mm == pytest.approx(METRE[name], rel=0.02)
