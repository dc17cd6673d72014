import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dressform.sewing.catalogue import CATALOGUE, Kind, visible_measurements
from dressform.sewing.data import load_json
from dressform.sewing.units import MeasurementUnit
from tests.sewing.bodies import WITH_BREASTS, WITHOUT
from tests.sewing.sketches import METRE, SVG, Sketch, parse_points

FACTS = load_json("silhouette")

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
        "unit": st.sampled_from([MeasurementUnit.MM, MeasurementUnit.CM, MeasurementUnit.INCH]),
    }
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(ANY, NEARLY), ASKED)
def test_whatever_fits_is_drawn_whole(body: dict[str, float], asked: dict[str, Any]) -> None:
    sketch = Sketch(body, **asked)

    left, top, right, bottom = sketch.view_box
    assert all(NUMBERS_ONLY.fullmatch(path.attrib["d"]) for path in sketch.paths)
    points = [point for path in sketch.paths for point in parse_points(path)]
    points += [at for shown in sketch.drawn.values() for at in shown.reach]
    assert all(left < point.real < right and top < point.imag < bottom for point in points)
    assert max(abs(point.real) for point in points) + bottom - top > 500, "too small to see"
    assert len(sketch.text.encode()) < 20_000


@settings(max_examples=60, deadline=None)
@given(st.one_of(ANY, NEARLY), ASKED)
def test_what_is_estimated_is_dashed_and_nothing_else(
    body: dict[str, float], asked: dict[str, Any]
) -> None:
    sketch = Sketch(body, **asked)

    asked_for = {each.name for each in visible_measurements(asked["breasts"])}
    assert set(sketch.drawn) == asked_for & FACTS["names"].keys()
    for name, shown in sketch.drawn.items():
        assert shown.dashed is (name not in body), name
        assert shown.kind == ("measured" if name in body else "estimated")
        assert ("≈" in shown.text) is (name not in body)


@pytest.mark.parametrize(("waist", "times"), [(250, 1 / 3), (2500, 10 / 3), (10_000, 40 / 3)])
def test_a_wrong_number_shows(waist: float, times: float) -> None:
    right, wrong = (Sketch(METRE | {"waist": at}, breasts=True) for at in (METRE["waist"], waist))

    def beside(sketch: Sketch) -> float:
        return sketch.get_width("waist") / sketch.get_width("seat")

    assert beside(wrong) / beside(right) == pytest.approx(times, rel=0.02)
    outline = wrong.outline("measured")
    assert any(abs(point - wrong.drawn["waist"].tape[-1]) < 0.2 for point in outline)


def test_a_shoulder_that_falls_too_steeply_leaves_the_rest_to_be_seen() -> None:
    steep, steeper = (
        Sketch(METRE | {"shoulderSlope": slope}, breasts=True) for slope in (70, 89.99)
    )

    assert steeper.get_width("head") == steep.get_width("head") > 50
    assert steeper.drawn["shoulderSlope"].text == "shoulder slope 89.99°"


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
    assert sketch.get_level("underbust") < min(heights) < sketch.get_level("waist")
    assert sketch.get_level("waist") < max(heights) < sketch.get_level("hips")


def test_nothing_measured_draws_a_usual_body() -> None:
    sketch = Sketch({}, breasts=True)

    assert {shown.kind for shown in sketch.drawn.values()} == {"estimated"}
    assert sketch.drawn["waist"].text == "waist ≈ 750 mm"
    assert "Measured: nothing." in sketch.get_text("desc")


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
