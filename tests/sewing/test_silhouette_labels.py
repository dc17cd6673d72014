"""The labels of a silhouette."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dressform.sewing.data import load_json
from dressform.sewing.silhouette.curves import space_apart
from dressform.sewing.units import MeasurementUnit
from tests.sewing.sketches import METRE, SVG, Sketch, parse_points

FACTS = load_json("silhouette")


@pytest.mark.parametrize(
    ("asked", "waist", "knee"),
    [
        ({}, "waist 750.5 mm", "knee ≈ 380 mm"),
        ({"unit": MeasurementUnit.CM}, "waist 75.05 cm", "knee ≈ 38 cm"),
        ({"unit": MeasurementUnit.INCH}, "waist 29 9/16 in", "knee ≈ 14 15/16 in"),
        ({"unit": MeasurementUnit.CM, "language": "fr"}, "taille 75,05 cm", "genou ≈ 38 cm"),
    ],
)
def test_labels_speak_the_readers_language(asked: dict[str, Any], waist: str, knee: str) -> None:
    sketch = Sketch({"neck": 340, "waist": 750.5}, breasts=True, **asked)

    assert sketch.drawn["waist"].text == waist
    assert sketch.drawn["knee"].text == knee
    assert sketch.root.attrib["lang"] == asked.get("language", "en")


def test_who_does_not_see_it_is_told() -> None:
    english, french = (Sketch({"neck": 340}, breasts=True, language=each) for each in ("en", "fr"))

    assert english.root.attrib["role"] == "img"
    assert english.get_text("title") == "The body that these measurements describe"
    assert "Measured: neck. Estimated: head, " in english.get_text("desc")
    assert french.get_text("title") == "Le corps que ces mesures décrivent"
    assert "Mesuré : encolure. Estimé : tête, " in french.get_text("desc")


def test_every_text_is_in_both_languages() -> None:
    for text in (*FACTS["names"].values(), *FACTS["words"].values()):
        assert text.keys() == {"en", "fr"}


@pytest.mark.parametrize("body", [METRE, {}, METRE | {"waistToFloor": 10_000}])
def test_labels_never_cover_each_other(body: dict[str, float]) -> None:
    sketch = Sketch(body, breasts=True)

    for column in {shown.place.real for shown in sketch.drawn.values()}:
        heights = sorted(
            shown.place.imag for shown in sketch.drawn.values() if shown.place.real == column
        )
        assert min(b - a for a, b in pairwise(heights)) > 24


@given(st.lists(st.floats(-50, 50), max_size=20).map(sorted))
def test_labels_move_no_more_than_they_must(wanted: list[float]) -> None:
    found = space_apart(wanted, 10)

    assert all(b - a > 10 - 1e-6 for a, b in pairwise(found))
    assert sum(found) == pytest.approx(sum(wanted), abs=1e-3)
    if all(b - a >= 10 for a, b in pairwise(wanted)):
        assert found == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("unit", "said"),
    [(MeasurementUnit.MM, 200), (MeasurementUnit.CM, 200), (MeasurementUnit.INCH, 254)],
)
def test_a_bar_tells_the_scale(unit: MeasurementUnit, said: float) -> None:
    sketch = Sketch(METRE, breasts=True, unit=unit)
    text = {
        MeasurementUnit.MM: "200 mm",
        MeasurementUnit.CM: "20 cm",
        MeasurementUnit.INCH: "10 in",
    }[unit]
    (bar,) = (
        group
        for group in sketch.root.findall(f"{SVG}g")
        if "".join(group.itertext()) == text and "class" not in group.attrib
    )

    points = parse_points(bar[0])
    assert abs(points[2] - points[1]) / sketch.per_mm == pytest.approx(said, abs=1)
