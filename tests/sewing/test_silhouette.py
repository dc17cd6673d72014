import math
import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dressform.sewing.catalogue import CATALOGUE, Kind, relevant
from dressform.sewing.facts import facts
from dressform.sewing.units import Unit
from tests.sewing.bodies import WITH_BREASTS, WITHOUT
from tests.sewing.sketches import SVG, Sketch, points_of

FACTS = facts("silhouette")
METRE: dict[str, float] = WITH_BREASTS | {"waistToFloor": 1000.0}
"""With it a drawing's scale is plain."""

NUMBERS_ONLY = re.compile(r"(?:[MLC ]*-?[0-9]+(?:\.[0-9])?)+")

LENGTHS = st.floats(0, 10_000, exclude_min=True)
VALUES = {
    name: LENGTHS
    if each.kind is Kind.LENGTH
    else st.floats(0, 90, exclude_min=True, exclude_max=True)
    for name, each in CATALOGUE.items()
}
ANY = st.fixed_dictionaries({}, optional=VALUES)
NEARLY = st.fixed_dictionaries(
    {},
    optional={name: st.floats(0.5 * at, 2 * at) for name, at in WITH_BREASTS.items()},
)
ASKED = st.fixed_dictionaries(
    {
        "breasts": st.booleans(),
        "language": st.sampled_from(["en", "fr"]),
        "unit": st.sampled_from([Unit.MM, Unit.CM, Unit.INCH]),
    }
)


def circumference(breadth: float, depth: float) -> float:
    """Of an ellipse that is `depth` times as deep as broad, by going round it."""
    steps = [math.tau * step / 2000 for step in range(2001)]
    around = [(breadth / 2 * math.cos(at), depth * breadth / 2 * math.sin(at)) for at in steps]
    return sum(math.dist(*pair) for pair in pairwise(around))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(ANY, NEARLY), ASKED)
def test_whatever_fits_is_drawn_whole(body: dict[str, float], asked: dict[str, Any]) -> None:
    sketch = Sketch(body, **asked)

    left, top, right, bottom = sketch.view_box
    assert all(NUMBERS_ONLY.fullmatch(path.attrib["d"]) for path in sketch.paths)
    points = [point for path in sketch.paths for point in points_of(path)]
    points += [shown.place for shown in sketch.shown.values()]
    assert all(left < point.real < right and top < point.imag < bottom for point in points)
    assert max(abs(point.real) for point in points) + bottom - top > 500, "too small to see"
    assert len(sketch.text.encode()) < 20_000


@settings(max_examples=60, deadline=None)
@given(st.one_of(ANY, NEARLY), ASKED)
def test_what_is_estimated_is_dashed_and_nothing_else(
    body: dict[str, float], asked: dict[str, Any]
) -> None:
    sketch = Sketch(body, **asked)

    asked_for = {each.name for each in relevant(asked["breasts"])}
    assert set(sketch.shown) == asked_for & FACTS["names"].keys()
    for name, shown in sketch.shown.items():
        assert shown.dashed is (name not in body), name
        assert shown.kind == ("measured" if name in body else "estimated")
        assert ("≈" in shown.text) is (name not in body)


@pytest.mark.parametrize("name", [name for name in FACTS["depths"] if name != "chest"])
def test_a_tape_is_as_broad_as_an_ellipse_of_its_length(name: str) -> None:
    sketch = Sketch(METRE, breasts=True)

    around = circumference(sketch.breadth(name), FACTS["depths"][name]) / sketch.per_mm
    assert around == pytest.approx(METRE[name], rel=0.01)


def test_a_chest_is_deeper_with_breasts() -> None:
    for breasts, depth in ((True, FACTS["depth_with_breasts"]), (False, FACTS["depths"]["chest"])):
        sketch = Sketch(METRE, breasts=breasts)

        around = circumference(sketch.breadth("chest"), depth) / sketch.per_mm
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

    found = (sketch.level(name) - sketch.level("waist")) / sketch.per_mm
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

    assert sketch.level(tape) == sketch.level(height)


def test_shoulders_are_as_wide_and_as_sloped_as_measured() -> None:
    tip, neck = 0.5 * METRE["shoulderToShoulder"], 0.5 * METRE["neck"] / math.pi
    for slope in (5, 13, 30, 60):
        sketch = Sketch(METRE | {"shoulderSlope": slope}, breasts=True)

        drop = sketch.level("shoulderToShoulder") - sketch.level("neck")
        assert sketch.breadth("shoulderToShoulder") / sketch.per_mm == pytest.approx(2 * tip, abs=1)
        assert drop / sketch.per_mm == pytest.approx(
            (tip - neck) * math.tan(math.radians(slope)), abs=2
        )


def test_an_arm_is_as_long_as_measured() -> None:
    sketch = Sketch(METRE, breasts=True)
    tip = sketch.shown["shoulderToShoulder"].tape[0]

    for name in ("shoulderToElbow", "shoulderToWrist"):
        end = sketch.shown[name].leader[0]
        assert abs(end - tip) / sketch.per_mm == pytest.approx(METRE[name], rel=0.02)


@pytest.mark.parametrize(("waist", "times"), [(250, 1 / 3), (2500, 10 / 3), (10_000, 40 / 3)])
def test_a_wrong_number_shows(waist: float, times: float) -> None:
    right, wrong = (Sketch(METRE | {"waist": at}, breasts=True) for at in (METRE["waist"], waist))

    def beside(sketch: Sketch) -> float:
        return sketch.breadth("waist") / sketch.breadth("seat")

    assert beside(wrong) / beside(right) == pytest.approx(times, rel=0.02)
    outline = wrong.outline("measured")
    assert any(abs(point - wrong.shown["waist"].tape[-1]) < 0.2 for point in outline)


@pytest.mark.parametrize("factor", [0.1, 3.0])
def test_dolls_and_giants_look_as_people_do(factor: float) -> None:
    lengths = {name: at * factor for name, at in WITHOUT.items() if name != "shoulderSlope"}
    other = Sketch(lengths | {"shoulderSlope": 13}, breasts=False)
    usual = Sketch(WITHOUT, breasts=False)

    assert other.outline("measured") == pytest.approx(usual.outline("measured"), abs=0.15)


def test_only_the_outline_near_what_was_not_measured_is_dashed() -> None:
    body = {name: at for name, at in METRE.items() if name != "waist"}
    sketch = Sketch(body, breasts=True)

    heights = [point.imag for point in sketch.outline("estimated")]
    assert sketch.level("underbust") < min(heights) < sketch.level("waist")
    assert sketch.level("waist") < max(heights) < sketch.level("hips")


def test_nothing_measured_draws_a_usual_body() -> None:
    sketch = Sketch({}, breasts=True)

    assert {shown.kind for shown in sketch.shown.values()} == {"estimated"}
    assert sketch.shown["waist"].text == "waist ≈ 750 mm"
    assert "Measured: nothing." in sketch.words("desc")


def test_values_that_do_not_matter_now_are_not_drawn() -> None:
    assert (
        Sketch(WITHOUT | {"highBust": 9999}, breasts=False).text
        == Sketch(WITHOUT, breasts=False).text
    )


def test_nothing_in_it_runs_or_is_fetched() -> None:
    sketch = Sketch(METRE, breasts=True)

    tags = {element.tag.removeprefix(SVG) for element in sketch.root.iter()}
    assert tags == {"svg", "title", "desc", "style", "g", "path", "text", "tspan"}
    names = {name for element in sketch.root.iter() for name in element.attrib}
    assert not {name for name in names if name.startswith("on") or name in {"style", "href", "id"}}
    assert "url(" not in sketch.text
    assert "@import" not in sketch.text
