"""Import of CSV as spreadsheets of all countries save it."""

import codecs

import pytest

from dressform.sewing.formats import ImportedBody, ImportOptions, parse_file
from dressform.sewing.units import MeasurementUnit
from tests.sewing.formats.samples import get_values, list_entries, list_left_out, list_reasons


@pytest.mark.parametrize(
    "sheet",
    [
        "measurement,value,unit\nchest,110.5,cm\nneck,16 1/2,in\n",
        "measurement;value;unit\r\nchest;110,5;cm\r\nneck;16 1/2;in\r\n",
        "sep=;\r\nchest;110,5;cm\r\nneck;16 1/2;in\r\n",
        "chest\t110,5 cm\nneck\t16 1/2 in",
        'chest,"110,5 cm"\nneck,"16 1/2″"',
        "Mesure;Valeur (cm)\nchest;110,5\nneck;41,91",
        "chest,1105,mm,,\n\n,,\n# mine\nneck,16.5,IN",
        "bust_circ;110,5;cm\nneckCircumference;16 1/2;in",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_way_to_save_it(sheet: str, encoding: str) -> None:
    assert get_values(parse_file(sheet.encode(encoding))) == {"chest": 1105, "neck": 419.1}


def test_a_point_is_a_decimal_point_only_where_commas_part_the_columns() -> None:
    assert get_values(parse_file(b"chest,1.105,mm")) == {"chest": 1.105}

    found = parse_file(b"chest;1.105;mm")
    assert get_values(found) == {}
    assert "can be read in two ways" in (list_reasons(found)[0] or "")


def test_what_is_not_taken_is_listed_with_its_line() -> None:
    found = parse_file(
        b"measurement,value,unit\nchest,110.5,\nneck,=A1*2,cm\nwaist,0,cm\nhips,,cm\n"
        b"shoulderSlope,13,mm\nseatDepth,20,cm\nwaistFront,20,cm\nfoo,20,cm\nseat,abc,cm\n"
        b"head,20000,mm\nknee,5,stones\nshoulderSlope,13,\n"
    )

    assert get_values(found) == {"shoulderSlope": 13}
    assert [line for line, _ in list_left_out(found)] == list(range(2, 13))
    said = list_reasons(found)
    assert (said[0] or "").startswith("No unit is given")
    assert (said[1] or "").startswith("This is neither a plain number nor a formula")
    assert said[2] == said[3]
    assert (said[2] or "").startswith("There is no value here")
    assert (said[4] or "").startswith("“13 mm” is in mm")
    assert said[5] == "No longer used; no measurement of today is the same."
    assert (said[6] or "").startswith("Worked out from other measurements")
    assert said[7] == "Dressform has no such measurement."
    assert (said[8] or "").startswith("“abc cm” was not understood")
    assert said[9] == "Expected a number of millimetres greater than 0 and at most 10000."
    assert (said[10] or "").startswith("“stones” is not a unit")


def test_seamlys_and_older_names_are_marked() -> None:
    found = parse_file(b"highhip_circ,90,cm\nbust_circ,92,cm\nnaturalWaist,75,cm\nhips,91,cm")

    assert get_values(found) == {"chest": 920, "waist": 750, "hips": 910}
    assert list_entries(found) == [
        (1, "highhip_circ", "left_out"),
        (2, "bust_circ", "taken"),
        (3, "naturalWaist", "taken"),
        (4, "hips", "taken"),
    ]
    assert list_reasons(found)[2] == "An older name of waist."


@pytest.mark.parametrize(
    ("flag", "breasts"),
    [("true", True), ("oui", True), ("FALSE", False), ("0", False), ("", None), ("x", None)],
)
def test_the_flag_is_a_row(flag: str, *, breasts: bool | None) -> None:
    found = parse_file(f"breasts,{flag}\nchest,1,mm".encode())

    assert found.models[0].breasts is breasts
    assert len(list_left_out(found)) == (flag == "x")


def test_who_it_is_about_is_dropped() -> None:
    found = parse_file(b"Nom;Ada\nE-mail;\ndate_de_naissance;1815\nsexe;f\nchest;1;mm")

    assert found.dropped == ("name", "birth_date", "gender")
    assert "Ada" not in repr(found)
    assert get_values(found) == {"chest": 1}


def test_a_header_that_says_name_is_no_name() -> None:
    assert parse_file(b"name,value,unit\nchest,1,mm").dropped == ()


def test_windows_1252_is_read_where_its_other_characters_are_letters() -> None:
    sheet = "Mesure;Valeur;Unité\nÉcart de poitrine;18,5;cm\nété;1;mm\nNeck;16½;in"

    found = parse_file(codecs.encode(sheet, "cp1252"))

    assert get_values(found) == {"bustSpan": 185, "neck": 419.1}
    assert list_left_out(found) == [(3, "été")]


@pytest.mark.parametrize("other", [b"\x81", b"\xa9", b"\x80", b"\xbb", b"\x00"])
def test_another_encoding_is_refused_with_its_line(other: bytes) -> None:
    with pytest.raises(ValueError, match="line 2: "):
        parse_file(b"mesure;valeur\n\xe9" + other + b";1 mm")


TAPE = """Name,Full name,Calculated value (cm),Formula,Description
bust_circ,Bust circumference,92,92,"Around the body, at the bust"
waist_circ,Waist circumference,72.5,bust_circ-19.5,
shoulder_slope_neck_side_angle,Shoulder slope angle,13,13,
@M1,Mine,4,4,
"""


def test_tapes_own_export_is_read_by_its_headings() -> None:
    found = parse_file(TAPE.encode())

    assert get_values(found) == {"chest": 920, "waist": 725, "shoulderSlope": 13}
    assert list_left_out(found) == [(5, "@M1")]
    assert found.dropped == ()


@pytest.mark.parametrize(
    "sheet",
    [
        "measurement,unit,value\nchest,cm,110.5\nneck,in,16.5",
        "unit;measurement;value\ncm;chest;110,5\nin;neck;16 1/2",
        "measurement,note,value,unit\nchest,,110.5,cm\nneck,,16.5,in",
        "measurement,cm\nchest,110.5\nneck,41.91",
        "measurement,inches\nchest,43.503937007874015\nneck,16.5",
        "measurement,value [cm]\nchest,110.5\nneck,41.91",
        "Measurement,Value in cm\nchest,110.5\nneck,41.91",
        "measurement;value, cm\nchest;110.5\nneck;41.91",
        "measurement,value_cm\nchest,110.5\nneck,41.91",
        "measurement,cm,in\nchest,110.5,\nneck,,16.5",
        "Nom\tNom complet\tValeur calculée (cm)\tFormule\nbust_circ\tx\t110,5\t\nneck\ty\t41,91\t",
        "Mensuration;Unité;Valeur\nTour de poitrine;cm;110,5\nTOUR DE COU;po;16 1/2",
        "My measurements\n\nmeasurement,value,unit\nchest,110.5,cm\nneck,16.5,in",
        "Client: someone;;\nDate;2026-11-30;\nmeasurement;value;unit\nchest;110,5;cm\nneck;16,5;in",
        "chest,cm,110.5\nneck,in,16.5",
        "Chest,110.5,cm\nNeck,16.5,in",
        "Value (mm),Measurement\n1105,Chest\n419.1,Neck",
        "Label;Value;Unit\nTour de poitrine;１１０．５;cm\nNeck;١٦٫٥;in",
        "Code,Full name,Value\nX1,Chest,1105 mm\nX2,Neck,16 1/2 in",
    ],
)
def test_the_headings_decide_what_a_column_holds(sheet: str) -> None:
    found = get_values(parse_file(sheet.encode()))

    assert found["chest"] == pytest.approx(1105, abs=1e-9)
    assert found["neck"] == 419.1
    assert len(found) == 2


def test_notes_and_persons_beside_measurements_are_dropped() -> None:
    found = parse_file(b"name,measurement,note,value\nAda,chest,broad,92 cm\nAda,waist,,70 cm")

    assert get_values(found) == {"chest": 920, "waist": 700}
    assert found.dropped == ("name", "notes")
    assert "Ada" not in repr(found)


def test_a_value_with_a_unit_of_its_own_is_in_it() -> None:
    assert get_values(parse_file(b"measurement,value (cm)\nchest,43 1/2 in\nwaist,700 mm")) == {
        "chest": 1104.9,
        "waist": 700,
    }


def test_a_unit_that_is_asked_for_serves_where_there_is_none() -> None:
    found = parse_file(
        b"chest,92\nwaist,700,mm\nshoulderSlope,13",
        options=ImportOptions(unit=MeasurementUnit.CM),
    )

    assert get_values(found) == {"chest": 920, "waist": 700, "shoulderSlope": 13}


BODIES = """subject,sex,chest (cm),Waist [mm],shoulderSlope,breasts,Hair
1,f,92.5,700,13,true,brown
2,m,101,,14.5,false,black
3,,,,,,
"""


def test_each_row_is_a_body_where_the_headings_are_measurements() -> None:
    found = parse_file(BODIES.encode())

    assert found.models == (
        ImportedBody({"chest": 925, "waist": 700, "shoulderSlope": 13}, breasts=True),
        ImportedBody({"chest": 1010, "shoulderSlope": 14.5}, breasts=False),
        ImportedBody({}),
    )
    assert found.dropped == ("gender",)
    assert [(line.line, line.entry) for line in found.report if line.model == 0] == [
        (2, "chest (cm)"),
        (2, "Waist [mm]"),
        (2, "shoulderSlope"),
        (1, "subject"),
        (1, "Hair"),
    ]
    assert "brown" not in repr(found)


@pytest.mark.parametrize(
    "sheet",
    [
        "chest,waist\n92 cm,70 cm",
        "Chest;Waist;unit\n92;70;cm",
        "chest,waist\ncm,cm\n92,70",
        "Survey 2026\nchest_mm,waist_mm\n920,700",
        "bust_circ (cm)\twaist_circ (cm)\n92\t70",
        "Tour de poitrine (cm);Tour de taille (cm);Nom\n92;70;Ada",
    ],
)
def test_units_of_bodies_in_rows(sheet: str) -> None:
    assert get_values(parse_file(sheet.encode())) == {"chest": 920, "waist": 700}


def test_one_column_of_measurements_is_a_table_of_bodies_by_its_numbers() -> None:
    found = parse_file(b"id,chest (cm)\n7,92\n8,101")

    assert [body.measurements for body in found.models] == [{"chest": 920}, {"chest": 1010}]


def test_more_than_a_hundred_bodies_in_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="line 102: more than 100 bodies, one per row"):
        parse_file(b"chest,waist\n" + b"920 mm,700 mm\n" * 101)


def test_thousands_of_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="line 1: more than 1000 columns"):
        parse_file(b"chest," * 1_001 + b"\n")
