"""Import of CSV as spreadsheets of all countries save it."""

import codecs

import pytest

from dressform.sewing.formats import parse_file
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


def test_another_encoding_is_refused_with_its_line() -> None:
    with pytest.raises(ValueError, match="line 2: the file is not in UTF-8"):
        parse_file(
            codecs.encode("mesure;valeur;unité\nété;1;mm".replace("unité", "unit"), "cp1252")
        )
