"""Hints name what to check, say nothing of ordinary bodies, and judge none."""

import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dressform.sewing.catalogue import CATALOGUE
from dressform.sewing.facts import facts
from dressform.sewing.plausibility import Hint, hints
from tests.sewing.bodies import WITH_BREASTS, WITHOUT

RULES = facts("plausibility")


def found(body: Mapping[str, float], *, breasts: bool = True) -> list[tuple[str, tuple[str, ...]]]:
    return [(hint.kind, hint.measurements) for hint in hints(body, breasts=breasts)]


def test_an_ordinary_body_gets_no_hint() -> None:
    assert found(WITH_BREASTS) == []
    assert found({}) == []


def test_freesewings_sample_without_breasts_gets_the_one_that_its_numbers_deserve() -> None:
    assert WITHOUT["waistToFloor"] > WITHOUT["waistToUpperLeg"] + WITHOUT["inseam"]
    assert found(WITHOUT, breasts=False) == [("sum", ("waistToFloor", "waistToUpperLeg", "inseam"))]


@pytest.mark.parametrize("size", [0.2, 0.3, 0.4, 0.5, 0.6, 1.5, 2, 2.5, 3])
def test_dolls_and_giants_get_none_either(size: float) -> None:
    body = {name: value * size for name, value in WITH_BREASTS.items()}

    assert found(body | {"shoulderSlope": 13 * size}) == []


@pytest.mark.parametrize(("longer", "shorter"), RULES["longer"])
def test_what_is_longer_than_its_whole(longer: str, shorter: str) -> None:
    body = {longer: WITH_BREASTS[longer], shorter: WITH_BREASTS[longer]}
    swapped = {longer: WITH_BREASTS[shorter], shorter: WITH_BREASTS[longer]}

    assert ("order", (longer, shorter)) in found(body)
    assert ("order", (longer, shorter)) in found(swapped)
    assert found({longer: WITH_BREASTS[longer], shorter: WITH_BREASTS[shorter]}) == []
    assert found({longer: WITH_BREASTS[longer]}) == []


SUMS = [
    ({"highBustFront": 445, "highBust": 865, "bustFront": 480, "chest": 890}, None),
    ({"highBustFront": 440, "highBust": 865, "bustFront": 480, "chest": 925}, None),
    ({"highBustFront": 440, "highBust": 865, "bustFront": 480, "chest": 935}, "about"),
    ({"highBustFront": 440, "highBust": 895, "bustFront": 480, "chest": 890}, "about"),
    (
        {
            "hpsToWaistFront": 502,
            "hpsToBust": 275,
            "bustPointToUnderbust": 100,
            "waistToUnderbust": 80,
        },
        None,
    ),
    (
        {
            "hpsToWaistFront": 505,
            "hpsToBust": 275,
            "bustPointToUnderbust": 100,
            "waistToUnderbust": 80,
        },
        "at most",
    ),
    ({"waistToFloor": 1050, "waistToUpperLeg": 285, "inseam": 765}, None),
    ({"waistToFloor": 1051, "waistToUpperLeg": 285, "inseam": 765}, "at most"),
    ({"waistToFloor": 900, "waistToUpperLeg": 285, "inseam": 765}, None),
    ({"waistBack": 414, "waist": 750}, None),
    ({"waistBack": 415, "waist": 750}, "at most"),
    ({"waistBack": 300, "waist": 750}, None),
    ({"bustFront": 440, "chest": 1075}, None),
    ({"bustFront": 439, "chest": 1075}, "at most"),
    ({"highBustFront": 354, "highBust": 865}, None),
    ({"highBustFront": 353, "highBust": 865}, "about"),
    ({"highBustFront": 529, "highBust": 865}, "about"),
]


@pytest.mark.parametrize(("body", "relation"), SUMS)
def test_sums_leave_room_for_measuring_by_hand(body: dict[str, float], relation: str) -> None:
    sums = [set(names) for kind, names in found(body) if kind == "sum"]

    assert sums == ([set(body)] if relation else [])


@pytest.mark.parametrize(("unit", "factor"), [("centimetres", 10), ("inches", 25.4)])
def test_a_whole_body_in_another_unit(unit: str, factor: float) -> None:
    body = {name: value / factor for name, value in WITH_BREASTS.items() if name != "shoulderSlope"}

    (hint,) = hints(body, breasts=True)

    assert (hint.kind, set(hint.measurements)) == ("unit", set(body))
    assert unit in hint.text["en"]


@pytest.mark.parametrize(("unit", "factor"), [("centimetres", 10), ("inches", 25.4)])
@pytest.mark.parametrize("name", ["chest", "neck", "waistToFloor", "wrist", "inseam", "knee"])
def test_one_length_in_another_unit(name: str, unit: str, factor: float) -> None:
    body = WITH_BREASTS | {name: WITH_BREASTS[name] / factor}

    (hint,) = hints(body, breasts=True)

    assert (hint.kind, hint.measurements) == ("unit", (name,))
    assert unit in hint.text["en"]


def test_of_two_lengths_nobody_can_tell_which_is_off() -> None:
    assert found({"chest": 925, "waist": 75}) == []
    assert found({"chest": 925, "hips": 900, "waist": 75}) == [("unit", ("waist",))]


def test_a_lonely_length_in_another_unit() -> None:
    assert found({"chest": 92.5}) == [("unit", ("chest",))]
    assert found({"chest": 36}) == [("unit", ("chest",))]
    assert found({"chest": 1400}) == found({"chest": 600}) == []


def test_digits_that_were_swapped() -> None:
    body = {"chest": 925, "biceps": 270, "hpsToBust": 275}

    (hint,) = hints(body | {"waist": 570}, breasts=True)

    assert (hint.kind, hint.measurements) == ("digits", ("waist",))
    assert hint.text["en"].startswith("waist is 570: were two digits swapped? 750 would be nearer")


def test_digits_are_not_suspected_where_adults_were_measured_so() -> None:
    body = {"chest": 925, "biceps": 270, "hpsToBust": 275}

    assert found(body | {"waist": 570}) == [("digits", ("waist",))]
    assert found(body | {"waist": 650}) == []
    assert found(body | {"waist": 1070}) == []


@pytest.mark.parametrize(("slope", "kinds"), [(39, []), (45, []), (46, ["angle"]), (55, ["angle"])])
def test_a_slope_that_looks_like_a_length(slope: float, kinds: list[str]) -> None:
    assert [kind for kind, _ in found({"shoulderSlope": slope})] == kinds


def test_what_is_hidden_takes_no_part() -> None:
    assert found({"chest": 900, "bustFront": 910}, breasts=False) == []
    assert found({"chest": 900, "bustFront": 910}, breasts=True) == [
        ("order", ("chest", "bustFront"))
    ]


def test_a_waist_wider_than_the_hips_is_nobodys_business() -> None:
    assert found(WITH_BREASTS | {"waist": 980, "waistBack": 480}) == []


UNKIND = r"\b(wrong|error|invalid|abnormal|normal|implausible|unrealistic|too (big|small|wide|fat))"


@pytest.mark.parametrize("key", RULES["texts"])
def test_texts_say_what_to_check_and_judge_nobody(key: str) -> None:
    text = Hint.of(key, (), "one", "two", "three").text

    assert set(text) == {"en", "fr"}
    assert not re.search(UNKIND, text["en"], re.IGNORECASE)
    assert re.search(r"[Cc]heck|\?|say so", text["en"])
    assert re.search(r"[Vv]érifiez|\?|écrivez", text["fr"])


@given(
    st.dictionaries(
        st.sampled_from([name for name in CATALOGUE if name != "shoulderSlope"]),
        st.floats(min_value=1e-9, max_value=10_000, exclude_min=True),
    ),
    st.booleans(),
)
def test_any_body_can_be_looked_at(body: dict[str, float], breasts: bool) -> None:  # noqa: FBT001
    for hint in hints(body, breasts=breasts):
        assert set(hint.measurements) <= set(body)
        assert "{" not in hint.text["en"] + hint.text["fr"]
