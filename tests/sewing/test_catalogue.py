import json
import math
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dressform.sewing.catalogue import (
    CATALOGUE,
    DERIVED,
    VERSION,
    Kind,
    Measurement,
    printable_name,
    validate,
    visible_measurements,
)

LENGTH = "a number of millimetres greater than 0 and at most 10000"
ANGLE = "a number of degrees greater than 0 and less than 90"

BREASTS_ONLY = {
    "bustFront",
    "bustPointToUnderbust",
    "bustSpan",
    "highBust",
    "highBustFront",
    "hpsToWaistFront",
    "underbust",
    "waistToUnderbust",
}

GIANT = {"waistToFloor": 3480, "chest": 3000, "shoulderSlope": 39}
DOLL = {"waistToFloor": 116, "wrist": 17.5, "bustPointToUnderbust": 6, "shoulderSlope": 1.3}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def test_the_catalogue_holds_freesewings_38_names_in_order() -> None:
    assert len(CATALOGUE) == 38
    assert list(CATALOGUE) == sorted(CATALOGUE)
    assert all(name == each.name for name, each in CATALOGUE.items())


def test_the_shoulder_slope_alone_is_an_angle() -> None:
    angles = {each.name for each in CATALOGUE.values() if each.kind is Kind.ANGLE}

    assert angles == {"shoulderSlope"}
    assert {(each.kind, each.unit) for each in CATALOGUE.values()} == {
        (Kind.ANGLE, "degree"),
        (Kind.LENGTH, "mm"),
    }


@pytest.mark.parametrize("measurement", CATALOGUE.values(), ids=lambda each: each.name)
def test_each_is_described_in_one_sentence_of_each_language(measurement: Measurement) -> None:
    assert set(measurement.description) == {"en", "fr"}
    for text in measurement.description.values():
        assert text[0].isupper()
        assert text.endswith(".")
        assert text.count(".") == 1
        assert 20 <= len(text) <= 200


def test_no_two_are_described_or_called_alike() -> None:
    for language in ("en", "fr"):
        assert len({each.description[language] for each in CATALOGUE.values()}) == 38
        assert len({each.label[language] for each in CATALOGUE.values()}) == 38


@pytest.mark.parametrize("measurement", CATALOGUE.values(), ids=lambda each: each.name)
def test_each_has_a_short_name_for_people(measurement: Measurement) -> None:
    assert set(measurement.label) == {"en", "fr"}
    for text in measurement.label.values():
        assert text[0].isupper()
        assert 4 <= len(text) <= 45
        assert not text.endswith(".")


def test_what_is_derived_is_worked_out_from_the_catalogue_and_not_in_it() -> None:
    assert DERIVED["waistFrontArc"] == {"waist": 0.5, "waistBack": -0.5}
    assert len(DERIVED) == 7
    assert not set(DERIVED) & set(CATALOGUE)
    assert {name for terms in DERIVED.values() for name in terms} <= set(CATALOGUE)


def test_codes_and_aliases_point_to_one_measurement_only() -> None:
    codes = [each.seamly.code for each in CATALOGUE.values() if each.seamly]
    aliases = [alias for each in CATALOGUE.values() for alias in each.aliases]

    assert len(codes) == len(set(codes)) == 37
    assert len(aliases) == len(set(aliases)) == 18
    assert not set(aliases) & set(CATALOGUE)
    assert {each.seamly.match for each in CATALOGUE.values() if each.seamly} == {
        "exact",
        "approximate",
    }
    assert CATALOGUE["waistToUnderbust"].seamly is None


def test_nothing_in_it_can_be_changed() -> None:
    chest = CATALOGUE["chest"]

    with pytest.raises(TypeError):
        CATALOGUE["tail"] = chest  # type: ignore[index]
    with pytest.raises(TypeError):
        chest.description["en"] = ""  # type: ignore[index]
    with pytest.raises(AttributeError):
        chest.name = "bust"  # type: ignore[misc]
    assert len({chest, CATALOGUE["waist"], chest}) == 2


def test_the_version_is_the_same_in_every_process() -> None:
    code = "from dressform.sewing.catalogue import VERSION; print(VERSION)"
    again = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)

    assert again.stdout.strip() == VERSION
    assert re.fullmatch(r"4\.10\.2-[0-9a-f]{8}", VERSION)


def test_all_are_relevant_unless_there_are_no_breasts() -> None:
    assert (
        visible_measurements(breasts=True)
        == visible_measurements(breasts=None)
        == tuple(CATALOGUE.values())
    )


def test_without_breasts_the_others_are_relevant() -> None:
    names = {each.name for each in visible_measurements(breasts=False)}

    assert names == set(CATALOGUE) - BREASTS_ONLY


@pytest.mark.parametrize("measurements", [{}, GIANT, DOLL, dict.fromkeys(CATALOGUE, 89.9)])
def test_dolls_giants_and_unfinished_sets_fit(measurements: Mapping[str, object]) -> None:
    assert validate(measurements) == []


@pytest.mark.parametrize("value", [5e-324, 0.1, 1, 10_000, 10_000.0])
def test_lengths_run_up_to_their_bound(value: float) -> None:
    assert validate({"chest": value}) == []


@pytest.mark.parametrize(
    "value",
    [
        *("900", "", True, False, None, [], [900], {}, {"mm": 900}),
        *(math.nan, math.inf, -math.inf, 1e308, 10**400, -(10**400)),
        *(0, 0.0, -0.0, -1, -0.5, 10_000.000001, 10_001),
    ],
)
def test_what_is_no_length_is_told_what_was_expected(value: object) -> None:
    assert validate({"chest": value}) == [("chest", f"chest: {LENGTH}")]


@pytest.mark.parametrize("value", [0, -13, 90, 90.0, 180, "13", True, None, math.nan, 10**400])
def test_what_is_no_slope_is_told_what_was_expected(value: object) -> None:
    assert validate({"shoulderSlope": value}) == [("shoulderSlope", f"shoulderSlope: {ANGLE}")]


def test_a_slope_ends_short_of_the_right_angle() -> None:
    assert validate({"shoulderSlope": math.nextafter(90, 0)}) == []


@pytest.mark.parametrize(
    ("alias", "name"), [(a, m.name) for m in CATALOGUE.values() for a in m.aliases]
)
def test_an_older_name_is_told_the_present_one(alias: str, name: str) -> None:
    assert validate({alias: 900}) == [(alias, f"{alias}: this is now called {name}")]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("chst", "chest"),
        ("CHEST", "chest"),
        ("waist_to_floor", "waistToFloor"),
        ("chestCircumferance", "chest"),
        ("inseem", "inseam"),
    ],
)
def test_a_misspelt_name_is_told_the_nearest(typed: str, meant: str) -> None:
    expected = f"{typed}: not a known measurement; did you mean {meant}?"

    assert validate({typed: 900}) == [(typed, expected)]


@pytest.mark.parametrize("name", ["centerBackNeckToWaist", "seatDepth", "hpsToHipsBack"])
def test_what_was_retired_is_not_mistaken_for_another(name: str) -> None:
    [(_, detail)] = validate({name: 900})

    assert detail == f"{name}: no longer used, and no measurement takes its place; leave it out"


def test_what_is_derived_is_not_taken() -> None:
    [(_, detail)] = validate({"seatFront": 500})

    assert detail == "seatFront: worked out from other measurements when drafting; leave it out"


def test_a_name_like_nothing_gets_no_suggestion() -> None:
    assert validate({"éé": 1}) == [("éé", "éé: not a known measurement")]


@pytest.mark.parametrize(
    "name", ["", "\0", "\ud800", "\u202etsehc", "a\r\nSet-Cookie: b", "x" * 10_000]
)
def test_a_name_is_repeated_only_as_far_as_it_can_be_shown(name: str) -> None:
    [(told, detail)] = validate({name: 1})

    assert told == printable_name(name)
    assert len(told) <= 41
    assert detail.isprintable()
    assert detail.encode()
    assert len(detail) < 120


def test_a_value_is_never_repeated() -> None:
    assert "s3cret" not in json.dumps(validate({"chest": "s3cret", "tail": "s3cret"}))


def test_each_is_named_in_the_order_sent() -> None:
    found = validate({"waist": 0, "chest": 900, "tail": 1, "ankle": None})

    assert [name for name, _ in found] == ["waist", "tail", "ankle"]


def test_thousands_of_unknown_names_take_no_time() -> None:
    started = time.perf_counter()
    found = validate({f"chest{number}": 1 for number in range(40_000)})

    assert len(found) == 40_000
    assert time.perf_counter() - started < 2


@given(st.dictionaries(st.text() | st.sampled_from(list(CATALOGUE)), json_values))
def test_any_json_gets_an_answer(measurements: dict[str, Any]) -> None:
    found = validate(measurements)

    fitting = {name for name, each in CATALOGUE.items() if each.is_valid(measurements.get(name))}
    assert len(found) == len(measurements.keys() - fitting)
