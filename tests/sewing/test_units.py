"""A quantity is parsed exactly, or rejected with a sentence that says why."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dressform.sewing.catalogue import CATALOGUE, Kind
from dressform.sewing.quantity_format import LANGUAGES, format_quantity, is_text_of
from dressform.sewing.units import (
    MAX_CHARACTERS,
    EnteredValue,
    MeasurementUnit,
    QuantityParseError,
    parse_quantity,
)

INCH = Fraction("25.4")

LENGTHS = {
    "1105 mm": (1105, MeasurementUnit.MM),
    "1105mm": (1105, MeasurementUnit.MM),
    "1 105 mm": (1105, MeasurementUnit.MM),
    "1 105,5 mm": (1105.5, MeasurementUnit.MM),
    "110.5 cm": (1105, MeasurementUnit.CM),
    "31,1 cm": (311, MeasurementUnit.CM),
    "31,1 CM": (311, MeasurementUnit.CM),
    " 31.1 centimètres ": (311, MeasurementUnit.CM),
    ".5 cm": (5, MeasurementUnit.CM),
    "110.125 cm": (1101.25, MeasurementUnit.CM),
    "٣١ cm": (310, MeasurementUnit.CM),
    "３１ cm": (310, MeasurementUnit.CM),
    "1.65 m": (1650, MeasurementUnit.CM),
    "1,65 m": (1650, MeasurementUnit.CM),
    "1 m 65": (1650, MeasurementUnit.CM),
    "1m65": (1650, MeasurementUnit.CM),
    "1 m 65 cm": (1650, MeasurementUnit.CM),
    "12 1/4 in": (311.15, MeasurementUnit.INCH),
    "12-1/4 in": (311.15, MeasurementUnit.INCH),
    "12¼ in": (311.15, MeasurementUnit.INCH),
    "12 ¼″": (311.15, MeasurementUnit.INCH),
    '12 1⁄4"': (311.15, MeasurementUnit.INCH),
    "12 1/4''": (311.15, MeasurementUnit.INCH),
    "12 1/4”": (311.15, MeasurementUnit.INCH),
    "12,25 po": (311.15, MeasurementUnit.INCH),
    "12.25 pouces": (311.15, MeasurementUnit.INCH),
    "12.250 inches": (311.15, MeasurementUnit.INCH),
    "12.25 in.": (311.15, MeasurementUnit.INCH),
    "½ in": (12.7, MeasurementUnit.INCH),
    "5/4 in": (31.75, MeasurementUnit.INCH),
    "1/3 in": (float(INCH / 3), MeasurementUnit.INCH),
    "5' 7 1/2\"": (1714.5, MeasurementUnit.INCH),
    "5’7½": (1714.5, MeasurementUnit.INCH),
    "5 ft 7 in": (1701.8, MeasurementUnit.INCH),
    "5 pieds 7 pouces": (1701.8, MeasurementUnit.INCH),
    "2 ft": (609.6, MeasurementUnit.INCH),
    "5'-7\"": (1701.8, MeasurementUnit.INCH),
    "5' - 7 1/2\"": (1714.5, MeasurementUnit.INCH),
    "5’–7½″": (1714.5, MeasurementUnit.INCH),
    "5 ft-7 in": (1701.8, MeasurementUnit.INCH),
    "5 pieds - 7 pouces": (1701.8, MeasurementUnit.INCH),
    "16–1/2 in": (419.1, MeasurementUnit.INCH),
    "１１０．５ cm": (1105, MeasurementUnit.CM),
    "１１０，５ ｃｍ": (1105, MeasurementUnit.CM),
    "１１０．５㎝": (1105, MeasurementUnit.CM),
    "١١٠٫٥ cm": (1105, MeasurementUnit.CM),
    "۱۱۰٫۵ cm": (1105, MeasurementUnit.CM),
    "१४०.५ cm": (1405, MeasurementUnit.CM),
    "١٫١٠٥ mm": (1.105, MeasurementUnit.MM),
    "١٬١٠٥ mm": (1105, MeasurementUnit.MM),
    "١٬١٠٥٫٥ mm": (1105.5, MeasurementUnit.MM),
    "1.105,5 mm": (1105.5, MeasurementUnit.MM),
    "1,105.5 mm": (1105.5, MeasurementUnit.MM),
    "１．１０５，５ mm": (1105.5, MeasurementUnit.MM),
    "1\u202f105,5 mm": (1105.5, MeasurementUnit.MM),
    "≈ 43 1/2 in": (1104.9, MeasurementUnit.INCH),
    "~43 1/2 in": (1104.9, MeasurementUnit.INCH),
    "≈ 110,5 cm": (1105, MeasurementUnit.CM),
    "\uff11\uff11\uff10\u3002\uff15 センチ": (1105, MeasurementUnit.CM),
    "16 1/2 Zoll": (419.1, MeasurementUnit.INCH),
    "16,5 Zoll": (419.1, MeasurementUnit.INCH),
    "16 1/2 pulgadas": (419.1, MeasurementUnit.INCH),
    "16,5 pulg.": (419.1, MeasurementUnit.INCH),
    "16,5 polegadas": (419.1, MeasurementUnit.INCH),
    "16,5 pollici": (419.1, MeasurementUnit.INCH),
    "16,5 duim": (419.1, MeasurementUnit.INCH),
    "16,5 дюйма": (419.1, MeasurementUnit.INCH),
    "16,5 tum": (419.1, MeasurementUnit.INCH),
    "16.5インチ": (419.1, MeasurementUnit.INCH),
    "16.5英寸": (419.1, MeasurementUnit.INCH),
    "16 1/2 pouce": (419.1, MeasurementUnit.INCH),
    "16 1/2 po.": (419.1, MeasurementUnit.INCH),
    "110,5 см": (1105, MeasurementUnit.CM),
    "1105 мм": (1105, MeasurementUnit.MM),
    "1,65 м": (1650, MeasurementUnit.CM),
    "110,5 Zentimeter": (1105, MeasurementUnit.CM),
    "110,5 centímetros": (1105, MeasurementUnit.CM),
    "110,5 centimetri": (1105, MeasurementUnit.CM),
    "110.5厘米": (1105, MeasurementUnit.CM),
    "5 Fuß 7 Zoll": (1701.8, MeasurementUnit.INCH),
    "5 футов 7 дюймов": (1701.8, MeasurementUnit.INCH),
    "31.1 centime\u0300tres": (311, MeasurementUnit.CM),
    "1105 mili\u0301metros": (1105, MeasurementUnit.MM),
}


@pytest.mark.parametrize(("text", "found"), LENGTHS.items())
def test_lengths_are_read_as_they_are_written(
    text: str, found: tuple[float, MeasurementUnit]
) -> None:
    assert parse_quantity(text, Kind.LENGTH) == found


@pytest.mark.parametrize("text", ["13", "13°", "13 deg", "13,0 degrees", "13 º", "13 degrés"])
def test_angles_need_no_unit(text: str) -> None:
    assert parse_quantity(text, Kind.ANGLE, unit=MeasurementUnit.INCH) == (
        13,
        MeasurementUnit.DEGREE,
    )


@pytest.mark.parametrize(
    ("unit", "mm"),
    [(MeasurementUnit.MM, 12.25), (MeasurementUnit.CM, 122.5), (MeasurementUnit.INCH, 311.15)],
)
def test_a_number_without_a_unit_is_in_the_one_that_came_beside_it(
    unit: MeasurementUnit, mm: float
) -> None:
    assert parse_quantity("12 1/4", Kind.LENGTH, unit=unit) == (mm, unit)


def test_a_unit_of_its_own_wins() -> None:
    assert parse_quantity("12 cm", Kind.LENGTH, unit=MeasurementUnit.INCH) == (
        120,
        MeasurementUnit.CM,
    )


REFUSED = {
    "1.105.5 mm": "holds more than one number",
    "1,10.5 mm": "holds more than one number",
    "11.1055,5 mm": "holds more than one number",
    "５．１０５ mm": "can be read in two ways",
    "5-7 in": "“-7 in” was not understood",
    "": "nothing was typed",
    " \t": "nothing was typed",
    "43": "“43” has no unit: write mm, cm or in behind it, or send `unit`",
    "1,105 mm": "“1,105” can be read in two ways: write 1105, or 1,1050 if you mean the decimals",
    "1.105 mm": "can be read in two ways",
    "12 5/4 in": "“12 5/4” is not a number: write it like 12 1/4",
    "12 1/0 in": "is not a number",
    "1/0 in": "is not a number",
    "1/2/3 in": "“/3 in” was not understood",
    "12 1/4 1/8 in": "more than one number",
    "12 cm 3 mm": "more than one number",
    "12.5 1/4 in": "more than one number",
    "-12 cm": "“-12 cm” was not understood: write a length such as 43 1/2 in, 110.5 cm or 1105 mm",
    "+12 cm": "was not understood",
    "1e3 mm": "“e” is not a unit that is known here: use mm, cm, m, in or ft",
    "12 cmm": "“cmm” is not a unit",
    "12 ells": "“ells” is not a unit",
    "nan": "“nan” was not understood",
    "12² cm": "“²” is not a unit",
    "about 12 cm": "“about 12 cm” was not understood",
    "≈": "nothing was typed",
    "≈ ≈ 12 in": "was not understood",
    "12 ≈ in": "was not understood",
    "13°": "“13°” is in degrees: write a length such as",
    "1 m 5": "write it in one unit",
    "1 m 5 in": "write it in one unit",
    "5 ft 7 cm": "write it in one unit",
    "5 ft 7 in 3": "write it in one unit",
    "1" * 41: "that is over 40 characters long",
}


@pytest.mark.parametrize(("text", "sentence"), REFUSED.items())
def test_what_is_not_clear_is_refused_with_what_to_write(text: str, sentence: str) -> None:
    with pytest.raises(QuantityParseError) as refused:
        parse_quantity(text, Kind.LENGTH)

    assert sentence in str(refused.value)


def test_a_length_is_no_angle() -> None:
    with pytest.raises(QuantityParseError) as refused:
        parse_quantity("13 cm", Kind.ANGLE)

    assert str(refused.value) == "“13 cm” is in cm, a unit of length: write an angle such as 13°"


def get_error(text: str, kind: Kind, unit: MeasurementUnit | None) -> str:
    """Return the error message, or an empty string for a valid quantity."""
    try:
        value, _ = parse_quantity(text, kind, unit=unit)
    except QuantityParseError as refused:
        return str(refused)
    assert 0 <= value < float("inf")
    return ""


@given(st.text(), st.sampled_from(Kind), st.sampled_from([None, *MeasurementUnit]))
def test_no_text_does_more_than_be_refused(
    text: str, kind: Kind, unit: MeasurementUnit | None
) -> None:
    sentence = get_error(text, kind, unit)

    assert sentence.isprintable()
    assert len(sentence) < 200


@given(
    st.text(alphabet="0123456789 .,-/'\"½¼minftc°", max_size=40),
    st.sampled_from([None, MeasurementUnit.MM]),
)
def test_nor_does_what_almost_is_a_length(text: str, unit: MeasurementUnit | None) -> None:
    assert len(get_error(text, Kind.LENGTH, unit)) < 200


WHOLE = st.integers(min_value=0, max_value=393)
UNDER = st.sampled_from([2, 3, 4, 8, 16, 32, 64])


@given(WHOLE, st.integers(min_value=1, max_value=63), UNDER, st.sampled_from([" ", "-", "  "]))
def test_fractions_are_exact(whole: int, over: int, under: int, between: str) -> None:
    over = over % under or 1

    value, _ = parse_quantity(f"{whole}{between}{over}/{under} in", Kind.LENGTH)

    assert value == float((whole + Fraction(over, under)) * INCH)


LENGTH_UNITS = [MeasurementUnit.MM, MeasurementUnit.CM, MeasurementUnit.INCH]
LANGUAGE = st.sampled_from(LANGUAGES)
LENGTH = st.floats(min_value=0.001, max_value=10_000)


@given(LENGTH, st.sampled_from([MeasurementUnit.MM, MeasurementUnit.CM]))
def test_what_is_written_in_metric_units_reads_as_the_same_number(
    mm: float, unit: MeasurementUnit
) -> None:
    assert parse_quantity(format_quantity(mm, unit), Kind.LENGTH) == (mm, unit)


@given(st.integers(min_value=1, max_value=6000))
def test_a_sixteenth_of_an_inch_is_written_exactly(sixteenths: int) -> None:
    mm = float(sixteenths * INCH / 16)

    assert parse_quantity(format_quantity(mm, MeasurementUnit.INCH), Kind.LENGTH) == (
        mm,
        MeasurementUnit.INCH,
    )


@given(st.floats(min_value=5e-324, max_value=10_000), st.sampled_from(LENGTH_UNITS), LANGUAGE)
def test_every_length_that_is_written_is_read_and_recognised(
    mm: float, unit: MeasurementUnit, language: str
) -> None:
    text = format_quantity(mm, unit, language)

    value, read_in = parse_quantity(text, Kind.LENGTH)
    assert CATALOGUE["chest"].is_valid(value)
    assert read_in is unit
    assert len(text) <= MAX_CHARACTERS
    assert is_text_of(EnteredValue(text, read_in), mm)


@given(st.floats(min_value=5e-324, max_value=90, exclude_max=True), LANGUAGE)
def test_every_angle_that_is_written_is_read_and_recognised(degrees: float, language: str) -> None:
    text = format_quantity(degrees, MeasurementUnit.DEGREE, language)

    value, read_in = parse_quantity(text, Kind.ANGLE)
    assert CATALOGUE["shoulderSlope"].is_valid(value)
    assert is_text_of(EnteredValue(text, read_in), degrees)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1104.5, MeasurementUnit.CM, "110,45 cm"),
        (1.105, MeasurementUnit.MM, "1,1050 mm"),
        (1105, MeasurementUnit.INCH, "≈ 43 1/2 in"),
        (13.5, MeasurementUnit.DEGREE, "13,5°"),
    ],
)
def test_french_has_a_decimal_comma(value: float, unit: MeasurementUnit, text: str) -> None:
    assert format_quantity(value, unit, "fr") == text


@given(LENGTH)
def test_what_no_sixteenth_is_near_says_so(mm: float) -> None:
    text = format_quantity(mm, MeasurementUnit.INCH)

    if text.startswith("≈ "):
        nearest, _ = parse_quantity(text.removeprefix("≈ "), Kind.LENGTH)
        assert abs(nearest - mm) <= float(INCH / 32) + 1e-9
    else:
        assert parse_quantity(text, Kind.LENGTH)[0] == pytest.approx(mm, rel=1e-8)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1104.9, MeasurementUnit.CM, "110.49 cm"),
        (1104.9, MeasurementUnit.INCH, "43 1/2 in"),
        (1105, MeasurementUnit.INCH, "≈ 43 1/2 in"),
        (1105, MeasurementUnit.MM, "1105 mm"),
        (1.105, MeasurementUnit.MM, "1.1050 mm"),
        (12.7, MeasurementUnit.INCH, "1/2 in"),
        (25.4, MeasurementUnit.INCH, "1 in"),
        (0.1, MeasurementUnit.INCH, "≈ 0.00394 in"),
        (13, MeasurementUnit.DEGREE, "13°"),
        (13.5, MeasurementUnit.DEGREE, "13.5°"),
        (1e-300, MeasurementUnit.CM, "≈ 0.00000000000000000000001 cm"),
    ],
)
def test_values_are_written_for_people(value: float, unit: MeasurementUnit, text: str) -> None:
    assert format_quantity(value, unit) == text
