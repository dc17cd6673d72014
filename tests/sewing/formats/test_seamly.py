"""Import of .smis and .vit: formulas, custom measurements, zeros, blanks and units."""

import pytest

from dressform.sewing.formats import Format, ImportOptions, UnreadableFileError, parse_file
from dressform.sewing.units import MeasurementUnit
from tests.sewing.formats.samples import (
    REAL,
    get_values,
    list_entries,
    list_left_out,
    list_reasons,
    make_smis,
)


@pytest.mark.parametrize(("unit", "mm"), [("mm", 43.5), ("cm", 435), ("inch", 1104.9)])
def test_every_unit_is_converted_exactly(unit: str, mm: float) -> None:
    found = parse_file(make_smis('name="bust_circ" value="43.5"', unit=unit))

    assert get_values(found) == {"chest": mm}


def test_an_angle_is_never_converted() -> None:
    found = parse_file(make_smis('name="shoulder_slope_neck_side_angle" value="13"', unit="inch"))

    assert get_values(found) == {"shoulderSlope": 13}


def test_the_format_is_what_the_root_says() -> None:
    assert parse_file(make_smis('name="bust_circ" value="1"', root="vit")).format is Format.VIT
    assert parse_file(make_smis('name="bust_circ" value="1"')).format is Format.SMIS


def test_blanks_and_line_ends_around_values_are_no_part_of_them() -> None:
    found = parse_file(
        make_smis('name="waist_circ " value="76&#10;"', 'name="bust_circ" value=" 90 "')
    )

    assert get_values(found) == {"waist": 760, "chest": 900}


def test_what_is_not_taken_is_listed_with_its_line() -> None:
    found = parse_file(
        make_smis(
            'name="bust_circ" value="0"',
            'name="hip_circ" value=""',
            'name="neck_circ" value="0.0"',
            'name="waist_circ" value="1001"',
            'name="head_circ" value="-5"',
            'name="height" value="170"',
            'name="@Weite" value="40"',
            'name="rib_circ"',
            'name="Skirts" type="separator"',
            'name="leg_knee_circ" value="37,5"',
        )
    )

    assert get_values(found) == {}
    assert [line for line, _ in list_left_out(found)] == list(range(9, 19))
    assert [line.entry for line in found.report][6] == "@Weite"
    said = list_reasons(found)
    assert (
        said[0]
        == said[1]
        == said[2]
        == ("There is no value here, or 0, which stands for not measured.")
    )
    assert (
        said[3] == said[4] == ("Expected a number of millimetres greater than 0 and at most 10000.")
    )
    assert said[5] == said[7] == "Dressform has no such measurement."
    assert (said[6] or "").endswith("what it stands for cannot be known.")
    assert said[8] == "A heading, not a measurement."
    assert (said[9] or "").startswith("This is neither a plain number nor a formula")


def test_near_matches_are_taken_and_marked() -> None:
    found = parse_file(make_smis('name="highhip_circ" value="90"', 'name="hip_circ" value="100"'))

    assert get_values(found) == {"hips": 900, "seat": 1000}
    assert list_entries(found) == [(9, "highhip_circ", "approximate"), (10, "hip_circ", "taken")]
    assert list_reasons(found)[1] is None
    assert all(line.reason is None or set(line.reason) == {"en", "fr"} for line in found.report)


@pytest.mark.parametrize(
    ("formula", "waist"),
    [
        ("60+6", 660),
        ("(bust_circ - 10) / 2", 400),
        ("@Länge*2", 400),
        ("bust_circ", 900),
        ("bust_circ - -1", 910),
        ("-10 + bust_circ", 800),
        ("-2^2 + bust_circ", 860),
        ("bust_circ*2^-1", 450),
        ("2^3^2/8", 640),
        ("sqrt(81)*10", 900),
        ("max(60; bust_circ - 5; 70)", 850),
        ("min(60, bust_circ)", 600),
        ("avg(60;70)", 650),
        ("sum(30;20;10)", 600),
        ("abs(-66)", 660),
        ("rint(66.5)", 670),
        ("r2cm(66.14)", 661),
        ("fmod(bust_circ; 50)", 400),
        ("sinD(90)*66", 660),
        ("_pi*20", 628.3185307179587),
        ("bust_circ > 80 ? 66 : 60", 660),
        ("bust_circ &lt; 80 || @Länge == 20 ? 66 : 60", 660),
        (".5*bust_circ", 450),
        ("sqrt(-1)", None),
        ("1/(bust_circ-90)", None),
        ("floor(66)", None),
        ("sqrt 81", None),
        ("csrCm(10;2;3)", None),
        ("9^9^9^9", None),
        ("bust_circ ? 66", None),
        ("sqrt()", None),
        ("max(1;2", None),
        ("bust_circ/0", None),
        ("=bust_circ", None),
        ("hip_circ/2", None),
        ("hip_circ + 40", None),
        ("later/2", None),
        ("2^3", 80),
        ("sqrt(hip_circ)", None),
        ("bust_circ bust_circ", None),
        ("60+", None),
        ("(60", None),
        ("60)", None),
        ("__import__('os')", None),
        ("(" * 21 + "60" + ")" * 21, None),
        ("60" + "+1" * 100, None),
    ],
)
def test_a_formula_is_worked_out_only_where_all_before_it_settles_it(
    formula: str, waist: float | None
) -> None:
    found = parse_file(
        make_smis(
            'name="bust_circ" value="90"',
            'name="hip_circ" value="0"',
            'name="@Länge" value="20"',
            f'name="waist_circ" value="{formula}"',
            'name="later" value="20"',
        )
    )

    assert get_values(found).get("waist") == waist
    assert ("Worked out" in (list_reasons(found)[3] or "")) is (waist is not None)


def test_formulas_may_build_on_formulas_that_stand_before() -> None:
    found = parse_file(
        make_smis(
            'name="height" value="172"',
            'name="half" value="height/2"',
            'name="hip_circ" value="half+3*(half-80)"',
        )
    )

    assert get_values(found) == {"seat": 1040}


def test_formulas_that_square_each_other_come_to_an_end() -> None:
    squares = (f'name="@m{n + 1}" value="@m{n}*@m{n}"' for n in range(4_000))

    found = parse_file(
        make_smis('name="@m0" value="1.0000001"', *squares, 'name="bust_circ" value="@m4000"')
    )

    assert get_values(found) == {}


def test_an_angle_is_no_part_of_a_formula_for_lengths() -> None:
    found = parse_file(
        make_smis(
            'name="shoulder_slope_neck_side_angle" value="13"',
            'name="waist_circ" value="shoulder_slope_neck_side_angle*5"',
            'name="@a" value="5" specialUnits="true"',
            'name="hip_circ" value="@a*20"',
        )
    )

    assert get_values(found) == {"shoulderSlope": 13}


def test_a_length_in_special_units_is_not_one() -> None:
    found = parse_file(make_smis('name="bust_circ" value="13" specialUnits="true"', root="vit"))

    assert get_values(found) == {}
    assert "unit of its own" in (list_reasons(found)[0] or "")


def test_of_two_entries_the_plain_one_wins_then_the_first() -> None:
    found = parse_file(
        make_smis(
            'name="bust_circ" value="45*2"',
            'name="bust_circ" value="91"',
            'name="bust_circ" value="92"',
        )
    )

    assert get_values(found) == {"chest": 910}
    assert list_left_out(found) == [(9, "bust_circ"), (11, "bust_circ")]
    assert list_reasons(found) == [
        "The file has chest more than once; what line 10 says was taken.",
        None,
        "The file has chest more than once; what line 10 says was taken.",
    ]


def test_a_zero_does_not_hide_the_value_that_follows() -> None:
    found = parse_file(make_smis('name="bust_circ" value="0"', 'name="bust_circ" value="91"'))

    assert get_values(found) == {"chest": 910}


@pytest.mark.parametrize(
    ("version", "taken_as"), [("0.3.2", "crotchDepth"), ("0.3.3", "waistToUpperLeg")]
)
def test_what_was_renamed_in_0_3_3_is_known_by_the_version(version: str, taken_as: str) -> None:
    found = parse_file(make_smis('name="rise_length_side" value="30"', version=version))

    assert get_values(found) == {taken_as: 300}


def test_who_it_is_about_is_dropped_and_only_the_kinds_are_told() -> None:
    personal = (
        "<family-name>Lovelace</family-name><given-name>Ada</given-name>"
        "<birth-date>1815-12-10</birth-date><gender>female</gender>"
        "<email>ada@example.org</email>"
    )

    found = parse_file(make_smis('name="bust_circ" value="90"', personal=personal, notes="For Ada"))

    assert found.dropped == ("name", "birth_date", "gender", "email", "notes")
    assert not any(word in repr(found) for word in ("Ada", "Lovelace", "1815", "female", "@"))


def test_valentinas_customer_is_a_name_and_what_is_empty_is_nothing() -> None:
    personal = "<customer> </customer><birth-date/><gender></gender><email/>"
    named = "<customer>Ada</customer><email/>"

    assert parse_file(make_smis(personal=personal, root="vit")).dropped == ()
    assert parse_file(make_smis(personal=named, root="vit")).dropped == ("name",)


@pytest.mark.parametrize(
    ("notes", "breasts", "dropped"),
    [
        ("Dressform: breasts=true", True, ()),
        ("Dressform: breasts=false", False, ()),
        ("Dressform: breasts=maybe", None, ("notes",)),
        ("Dressform: breasts=true\n\nTwo fittings", True, ("notes",)),
        ("", None, ()),
    ],
)
def test_the_flag_is_in_the_notes(
    notes: str, *, breasts: bool | None, dropped: tuple[str, ...]
) -> None:
    found = parse_file(make_smis(notes=notes))

    assert found.models[0].breasts is breasts
    assert found.dropped == dropped


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (make_smis(unit="furlong"), "no unit"),
        (make_smis(unit=""), "no unit"),
        (make_smis(version="0.1.9"), "version 0.1.9"),
        (make_smis(root="pattern"), "<smis> or <vit> is expected"),
    ],
)
def test_a_file_that_is_none_is_refused(document: bytes, said: str) -> None:
    with pytest.raises(UnreadableFileError, match=said):
        parse_file(document)


def test_a_file_as_people_have_it_is_accounted_for() -> None:
    found = parse_file(REAL)

    assert get_values(found) == {
        "chest": 925,
        "neck": 340,
        "bustFront": 480,
        "shoulderSlope": 13.5,
    }
    assert list_left_out(found) == [
        (18, "waist_circ"),
        (19, "hip_circ"),
        (21, "highhip_circ"),
        (22, "hip_arc_b"),
        (23, "@ease"),
        (24, "height"),
        (25, "bust_circ"),
        (27, "waist_to_highhip_side"),
        (28, "leg_knee_circ"),
    ]
    assert found.dropped == ("name", "birth_date", "gender", "email", "notes")


def test_what_a_new_file_says_of_nobody_is_nothing() -> None:
    nobody = "<birth-date>1800-01-01</birth-date><gender>unknown</gender>"

    assert parse_file(make_smis(personal=nobody)).dropped == ()
    assert parse_file(make_smis(personal="<gender>1800-01-01</gender>")).dropped == ("gender",)


def test_entries_elsewhere_are_no_measurements() -> None:
    elsewhere = '<m name="bust_circ" value="90"/><x><m name="hip_circ" value="90"/></x>'

    assert get_values(parse_file(make_smis(personal=elsewhere))) == {}


OLD = b"""<?xml version="1.0" encoding="UTF-8"?>
<vit>
  <version>0.2.0</version>
  <unit>cm</unit>
  <personal><family-name>Lovelace</family-name><sex>female</sex></personal>
  <body-measurements>
    <torso>
      <bust_girth value="92.5"/>
      <waist_girth value="70"/>
      <shoulder_slope_degrees value="13"/>
      <half_girth_waist value="35"/>
    </torso>
    <legs><rise_height value="27"/><crotch_height value="0"/></legs>
    <arm><arm_length value="60"/></arm>
  </body-measurements>
</vit>"""


def test_version_0_2_has_an_element_for_each_measurement() -> None:
    found = parse_file(OLD)

    assert get_values(found) == {
        "chest": 925,
        "waist": 700,
        "shoulderSlope": 13,
        "crotchDepth": 270,
        "shoulderToWrist": 600,
    }
    assert list_left_out(found) == [(11, "half_girth_waist"), (13, "crotch_height")]
    assert found.dropped == ("name", "gender")


def test_the_unit_of_version_0_2_may_stand_among_the_measurements() -> None:
    inside = OLD.replace(b"<unit>cm</unit>", b"").replace(b"<torso>", b"<unit>cm</unit><torso>")

    assert get_values(parse_file(inside)) == get_values(parse_file(OLD))


def test_a_file_without_a_unit_needs_one_in_the_request() -> None:
    document = OLD.replace(b"<unit>cm</unit>", b"")

    with pytest.raises(UnreadableFileError, match="no unit is given") as refused:
        parse_file(document)

    assert refused.value.parameter == "unit"
    found = parse_file(document, options=ImportOptions(unit=MeasurementUnit.INCH))
    assert get_values(found)["chest"] == 2349.5
