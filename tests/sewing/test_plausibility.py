"""Warnings name what to check, spare ordinary bodies, and do not judge."""

import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dressform.sewing.catalogue import CATALOGUE, visible_measurements
from dressform.sewing.data import load_json
from dressform.sewing.plausibility import check_plausibility
from dressform.sewing.plausibility_warning import PlausibilityWarning
from tests.sewing.bodies import ADULTS, DOLLS_AND_GIANTS, WITH_BREASTS, scale_body
from tests.tools.false_alarm_rates import by_hand, kinds, people

Body = dict[str, float]

RULES = load_json("plausibility")
SIDES = ("left", "right")
SAMPLES = [*ADULTS, *DOLLS_AND_GIANTS]
BASES = ("with_breasts 340", "without_breasts 380")
FACTORS = {"cm": 10, "in": 25.4}
FOUR = ("highBust", "highBustFront", "chest", "bustFront")
FRONT = ("hpsToWaistFront", "hpsToBust", "bustPointToUnderbust", "waistToUnderbust")
LEG = ("waistToFloor", "waistToUpperLeg", "inseam")
UNITS = {"cm": "centimetres", "in": "inches"}


def list_warnings(
    body: Mapping[str, float], *, breasts: bool = True
) -> list[tuple[str, tuple[str, ...]]]:
    return [(hint.kind, hint.measurements) for hint in check_plausibility(body, breasts=breasts)]


def in_mm(body: Body, unit: str, *names: str) -> Body:
    """Return the body with these lengths as entered in another unit."""
    return body | {name: body[name] / FACTORS[unit] for name in names or list_lengths(body)}


def list_lengths(body: Body) -> list[str]:
    return [name for name in body if name != "shoulderSlope"]


@pytest.mark.parametrize(
    ("body", "breasts"), [*ADULTS.values(), *DOLLS_AND_GIANTS.values()], ids=SAMPLES
)
def test_freesewings_bodies_get_no_hint(body: Body, *, breasts: bool) -> None:
    assert list_warnings(body, breasts=breasts) == []


def test_somebody_who_has_just_begun_gets_no_hint() -> None:
    assert list_warnings({}) == []
    assert list_warnings({"neck": 340}) == list_warnings({"shoulderSlope": 13}) == []
    assert list_warnings({"chest": 1400}) == list_warnings({"chest": 600}) == []


def test_people_hardly_ever_get_a_hint() -> None:
    given = kinds(people(4000))

    assert given["bodies"] == 4000
    assert given["any"] <= 4


def test_nor_do_those_who_measure_by_hand() -> None:
    given = kinds(by_hand(50))

    assert given["bodies"] >= 1000
    assert given["any"] <= 0.02 * given["bodies"]


@pytest.mark.parametrize(("longer", "shorter"), RULES["longer"])
def test_what_is_longer_than_its_whole(longer: str, shorter: str) -> None:
    alike = {longer: WITH_BREASTS[longer], shorter: WITH_BREASTS[longer]}
    swapped = {longer: WITH_BREASTS[shorter], shorter: WITH_BREASTS[longer]}
    hint = [("order", (longer, shorter))]

    assert list_warnings(alike) == list_warnings(swapped) == hint
    assert list_warnings({longer: WITH_BREASTS[longer], shorter: WITH_BREASTS[shorter]}) == []
    assert list_warnings({longer: WITH_BREASTS[longer]}) == []


def test_there_are_sixteen_of_them_and_six_sums() -> None:
    assert (len(RULES["longer"]), len(RULES["sums"])) == (16, 6)
    named = {name for pair in RULES["longer"] for name in pair}
    named |= {name for rule in RULES["sums"] for side in SIDES for name in rule[side]}
    assert named <= set(CATALOGUE)


SUMS = [
    (FOUR, (865, 440, 925, 480), True),
    (FOUR, (865, 440, 978, 485), True),
    (FOUR, (865, 440, 979, 485), False),
    (FOUR, (865, 440, 851, 485), True),
    (FOUR, (865, 440, 850, 485), False),
    (FOUR, (960, 440, 925, 485), False),
    (FRONT, (502, 275, 100, 80), True),
    (FRONT, (505, 275, 100, 80), False),
    (FRONT, (380, 275, 100, 80), True),
    (LEG, (1137, 285, 765), True),
    (LEG, (1138, 285, 765), False),
    (LEG, (900, 285, 765), True),
    (("waistBack", "waist"), (414, 750), True),
    (("waistBack", "waist"), (415, 750), False),
    (("waistBack", "waist"), (300, 750), True),
    (("chest", "bustFront"), (1075, 440), True),
    (("chest", "bustFront"), (1075, 439), False),
    (("chest", "bustFront"), (900, 700), True),
    (("highBust", "highBustFront"), (865, 354), True),
    (("highBust", "highBustFront"), (865, 353), False),
    (("highBust", "highBustFront"), (865, 529), False),
]


@pytest.mark.parametrize(("names", "values", "is_valid"), SUMS)
def test_sums_leave_room_for_measuring_by_hand(
    names: tuple[str, ...], values: tuple[float, ...], *, is_valid: bool
) -> None:
    body = dict(zip(names, values, strict=True))

    assert list_warnings(body) == ([] if is_valid else [("sum", names)])


def test_what_one_hint_explains_gets_no_second() -> None:
    no_front = {"highBust": 865, "highBustFront": 300, "chest": 925, "bustFront": 480}
    no_back = {"waist": 750, "waistBack": 750}
    typed = WITH_BREASTS | {"waistToFloor": 105}

    assert list_warnings(no_front) == [("sum", ("highBust", "highBustFront"))]
    assert list_warnings(no_back) == [("order", ("waist", "waistBack"))]
    assert list_warnings(typed) == [("unit", ("waistToFloor",))]
    assert list_warnings(WITH_BREASTS | {"waistToArmpit": 1070}) == [("unit", ("waistToArmpit",))]


@pytest.mark.parametrize("unit", FACTORS)
@pytest.mark.parametrize("name", [name for name in ADULTS if name not in BASES])
def test_a_whole_body_in_another_unit(name: str, unit: str) -> None:
    body, breasts = ADULTS[name]
    shown = [each.name for each in visible_measurements(breasts) if each.name != "shoulderSlope"]

    (hint,) = check_plausibility(in_mm(body, unit), breasts=breasts)

    assert (hint.kind, set(hint.measurements)) == ("unit", set(shown))
    assert UNITS[unit] in hint.text["en"]
    assert f" and {len(shown) - 3} more: " in hint.text["en"]


def test_only_the_exact_tenth_of_a_sample_passes_for_its_doll() -> None:
    for name in BASES:
        body, breasts = ADULTS[name]
        assert "unit" not in dict(list_warnings(in_mm(body, "cm"), breasts=breasts))
        (unit,) = check_plausibility(in_mm(body, "in"), breasts=breasts)
        assert unit.kind == "unit"
        ((kind, _),) = list_warnings(in_mm(body, "cm") | {"waist": 80}, breasts=breasts)
        assert kind == "unit"


def test_a_doll_may_be_measured_to_the_half_millimetre() -> None:
    doll = {name: round(2 * value) / 2 for name, value in scale_body(WITH_BREASTS, 0.13).items()}

    assert list_warnings(doll) == []


@pytest.mark.parametrize("unit", FACTORS)
@pytest.mark.parametrize("name", list_lengths(WITH_BREASTS))
def test_one_length_in_another_unit(name: str, unit: str) -> None:
    (hint,) = check_plausibility(in_mm(WITH_BREASTS, unit, name), breasts=True)

    assert (hint.kind, hint.measurements) == ("unit", (name,))
    assert UNITS[unit] in hint.text["en"]
    assert CATALOGUE[name].label["en"] in hint.text["en"]


def test_several_lengths_in_another_unit_get_one_hint() -> None:
    some, most = ("chest", "waist", "wrist", "knee"), list_lengths(WITH_BREASTS)[5:]

    assert list_warnings(in_mm(WITH_BREASTS, "cm", *some)) == [("unit", tuple(sorted(some)))]
    ((kind, names),) = list_warnings(in_mm(WITH_BREASTS, "in", *most))
    assert (kind, set(names)) == ("unit", set(most))


def test_a_length_in_another_unit_is_told_beside_a_doll_and_a_giant() -> None:
    for size in (0.2, 0.5, 2, 3):
        body = scale_body(WITH_BREASTS, size)
        assert list_warnings(in_mm(body, "cm", "knee")) == [("unit", ("knee",))]


def test_millimetres_that_were_taken_as_centimetres() -> None:
    (one,) = check_plausibility(WITH_BREASTS | {"wrist": 1650}, breasts=True)
    (both,) = check_plausibility({"wrist": 1650, "neck": 3400}, breasts=True)

    assert (one.kind, one.measurements) == ("unit", ("wrist",))
    assert "millimetres that were taken as centimetres" in one.text["en"]
    assert (both.kind, both.measurements) == ("unit", ("wrist", "neck"))


def test_of_two_lengths_the_usual_one_is_believed() -> None:
    assert list_warnings({"chest": 925, "waist": 75}) == [("unit", ("waist",))]
    assert list_warnings({"chest": 92.5, "waist": 750}) == [("unit", ("chest",))]
    assert list_warnings({"chest": 185, "waist": 15}) == []


def test_a_lonely_length_in_another_unit() -> None:
    assert list_warnings({"chest": 92.5}) == list_warnings({"chest": 36}) == [("unit", ("chest",))]


@pytest.mark.parametrize(
    ("name", "typed", "meant"),
    [
        ("waist", 570, 750),
        ("hpsToWaistBack", 935, 395),
        ("shoulderToElbow", 430, 340),
        ("wrist", 615, 165),
        ("biceps", 527.5, 257.5),
    ],
)
def test_digits_that_were_swapped(name: str, typed: float, meant: float) -> None:
    rest = {"chest": 925, "highBust": 865, "hpsToBust": 275}

    (hint,) = check_plausibility(rest | {name: typed}, breasts=True)

    assert (hint.kind, hint.measurements) == ("digits", (name,))
    said = f"is {typed:g}: were two digits swapped? {meant:g} would be nearer"
    assert said in hint.text["en"]


def test_digits_in_a_whole_body_get_no_other_hint() -> None:
    assert list_warnings(WITH_BREASTS | {"waist": 570}) == [("digits", ("waist",))]
    assert list_warnings(WITH_BREASTS | {"shoulderToWrist": 950, "shoulderToElbow": 430}) == [
        ("digits", ("shoulderToElbow",)),
        ("digits", ("shoulderToWrist",)),
    ]


def test_digits_of_inches_and_of_small_numbers_are_left_alone() -> None:
    rest = {"chest": 925, "biceps": 270, "hpsToBust": 275}

    assert list_warnings(rest | {"waist": 570.2}) == []
    assert (
        list_warnings(rest | {"waistToUnderbust": 38})
        == list_warnings(rest | {"waistToUnderbust": 83})
        == []
    )


def test_digits_are_not_suspected_where_adults_were_measured_so() -> None:
    body = {"chest": 925, "biceps": 270, "hpsToBust": 275}

    assert list_warnings(body | {"waist": 570}) == [("digits", ("waist",))]
    assert list_warnings(body | {"waist": 650}) == []
    assert list_warnings(body | {"waist": 1070}) == []


def test_digits_are_not_suspected_where_swapping_them_would_not_help() -> None:
    assert list_warnings({"chest": 925, "biceps": 270, "hpsToBust": 275, "waist": 590}) == []


def test_digits_are_not_suspected_where_the_scale_explains_them() -> None:
    body, _ = DOLLS_AND_GIANTS["1.5 of with_breasts 340"]

    assert list_warnings(body, breasts=False) == []


@pytest.mark.parametrize(("slope", "kinds"), [(39, []), (45, []), (46, ["angle"]), (55, ["angle"])])
def test_a_slope_that_looks_like_a_length(slope: float, kinds: list[str]) -> None:
    assert [kind for kind, _ in list_warnings({"shoulderSlope": slope})] == kinds


def test_what_is_hidden_takes_no_part() -> None:
    assert list_warnings({"chest": 900, "bustFront": 910}, breasts=False) == []
    assert list_warnings({"chest": 900, "bustFront": 910}, breasts=True) == [
        ("order", ("chest", "bustFront"))
    ]


def test_a_waist_wider_than_the_hips_is_nobodys_business() -> None:
    assert list_warnings(WITH_BREASTS | {"waist": 980, "waistBack": 480}) == []


UNKIND_FR = (
    r"\b(faux|fausse|erreur|invalide|anormal|normal|impossible|trop (grand|gros|petit|large))"
)
UNKIND = r"\b(wrong|error|invalid|abnormal|normal|implausible|unrealistic|too (big|small|wide|fat))"


@pytest.mark.parametrize("key", [key for key in RULES["texts"] if key != "more"])
def test_texts_say_what_to_check_and_judge_nobody(key: str) -> None:
    said = [{"en": each, "fr": each} for each in ("one", "two", "three")]

    text = PlausibilityWarning.create("sum", key, (), *said).text

    assert set(text) == {"en", "fr"}
    assert not re.search(UNKIND, text["en"], re.IGNORECASE)
    assert not re.search(UNKIND_FR, text["fr"], re.IGNORECASE)
    assert re.search(r"[Cc]heck|\?|say so", text["en"])
    assert re.search(r"[Vv]érifiez|\?|écrivez", text["fr"])


def test_texts_call_measurements_as_people_do() -> None:
    (order,) = check_plausibility({"waistToHips": 300, "waistToSeat": 250}, breasts=False)
    (front,) = check_plausibility({"waist": 750, "waistBack": 415}, breasts=False)

    assert order.text["en"].startswith("“Waist to seat” is usually longer than “Waist to hips”: ")
    assert order.text["fr"].startswith("«\xa0De la taille au bassin\xa0» dépasse d")
    assert front.text["en"].startswith(
        "2 \N{MULTIPLICATION SIGN} “Waist back” is usually not longer than “Waist”: "
    )


@given(
    st.dictionaries(
        st.sampled_from([name for name in CATALOGUE if name != "shoulderSlope"]),
        st.floats(min_value=1e-9, max_value=10_000, exclude_min=True),
    ),
    st.booleans(),
)
def test_any_body_can_be_looked_at(body: dict[str, float], breasts: bool) -> None:  # noqa: FBT001
    for hint in check_plausibility(body, breasts=breasts):
        assert set(hint.measurements) <= set(body)
        assert "{" not in hint.text["en"] + hint.text["fr"]
