"""FreeSewing's measurement sets, old and new, single and in account exports."""

import json
from typing import Any

import pytest
import yaml

from dressform.sewing.formats import (
    Format,
    ImportedBody,
    ImportOptions,
    UnreadableFileError,
    parse_file,
)
from dressform.sewing.units import MeasurementUnit
from tests.sewing.formats.samples import get_values, list_entries, list_left_out, list_reasons


def as_json(document: Any) -> bytes:
    return json.dumps(document, indent=2).encode()


def as_yaml(document: Any) -> bytes:
    return yaml.safe_dump(document, sort_keys=False).encode()


FORMS = pytest.mark.parametrize("form", [as_json, as_yaml])

ACCOUNT = {
    "id": 42,
    "email": "ada@example.org",
    "initial": "ada@example.org",
    "username": "ada",
    "bio": "I sew",
    "imperial": True,
    "apikeys": [{"name": "key"}],
    "patterns": [{"name": "Shirt", "settings": {"measurements": {"chest": 1}}}],
    "sets": [
        {
            "id": 1,
            "name": "Ada",
            "notes": "",
            "imperial": True,
            "measies": {"chest": 925, "neck": 340.5},
        },
        {"id": 2, "name": "Grace", "notes": None, "imperial": False, "measies": {"waist": 750}},
    ],
}


@FORMS
def test_a_whole_account_gives_one_model_a_set(form: Any) -> None:
    found = parse_file(form(ACCOUNT))

    assert found.models == (
        ImportedBody({"chest": 925, "neck": 340.5}, name="Ada"),
        ImportedBody({"waist": 750}, name="Grace"),
    )
    assert [line.model for line in found.report] == [0, 0, 0, 1, 1]
    assert list_reasons(found)[0] == "The model keeps the name that it has in your account."
    assert found.dropped == ("name", "email", "notes")
    assert not any(word in repr(found) for word in ("ada", "ada@", "I sew"))


OLD = {
    "account": {"username": "ada", "settings": {"units": "imperial"}},
    "people": {
        "abcde": {
            "handle": "abcde",
            "name": "Ada",
            "breasts": True,
            "units": "imperial",
            "measurements": {
                "chestCircumference": 925,
                "naturalWaist": 750,
                "highBust": 865,
                "shoulderSlope": 55,
                "seatDepth": 240,
                "centerBackNeckToWaist": 420,
                "waistFront": 380,
                "wristCircumference": None,
                "ankleCircumference": 0,
            },
        },
        "fghij": {"handle": "fghij", "breasts": False, "measurements": {"inseam": 780}},
    },
    "patterns": {"x": {"data": {"settings": {"measurements": {"neck": 1}}}}},
}


@FORMS
def test_old_names_are_mapped_and_what_cannot_be_is_listed(form: Any) -> None:
    found = parse_file(form(OLD))

    assert found.models == (
        ImportedBody({"chest": 925, "waist": 750, "highBust": 865}, breasts=True, name="Ada"),
        ImportedBody({"inseam": 780}, breasts=False),
    )
    said = dict(zip([line.entry for line in found.report], list_reasons(found), strict=True))
    assert said["chestCircumference"] == "An older name of chest."
    assert said["highBust"] is None
    assert (said["shoulderSlope"] or "").startswith("Before July 2020 this was a length")
    assert said["seatDepth"] == said["centerBackNeckToWaist"]
    assert said["seatDepth"] == "No longer used; no measurement of today is the same."
    assert (said["waistFront"] or "").startswith("Worked out from other measurements")
    assert "not measured" in (said["wristCircumference"] or "")
    assert said["wristCircumference"] == said["ankleCircumference"]
    assert len(list_left_out(found)) == 6


@pytest.mark.parametrize(
    ("container", "beside", "is_taken"),
    [
        ("sets", {}, True),
        ("people", {}, False),
        ("models", {"inseam": 780}, False),
        ("people", {"chest": 925}, True),
        ("sets", {"naturalWaist": 750}, False),
        ("sets", {"acrossBack": 400}, False),
    ],
)
def test_a_slope_that_may_be_a_length_is_not_taken(
    container: str, beside: dict[str, float], *, is_taken: bool
) -> None:
    document = {container: [{"measurements": beside | {"shoulderSlope": 13}}]}
    found = parse_file(as_json(document), options=ImportOptions(unit=MeasurementUnit.MM))

    assert ("shoulderSlope" in get_values(found)) is is_taken


SET = {"measurements": {"chest": 925}}


@pytest.mark.parametrize(
    "document",
    [
        SET,
        [SET],
        {"measies": {"chest": 925}},
        {"chest": 925},
        {"name": "Ada", "chest": 925, "units": "metric"},
        {"result": "success", "set": SET},
        {"result": "success", "data": SET},
        {"sets": [SET]},
        {"sets": {"a": SET}},
        {"models": {"a": SET}},
        {"person": SET},
        {"account": {"id": 1}, "people": {"a": SET}},
        {"measurements": {"chest": "925"}},
    ],
)
@FORMS
def test_every_shape_that_it_comes_in(form: Any, document: Any) -> None:
    assert get_values(parse_file(form(document))) == {"chest": 925}


def test_lines_are_those_of_the_file() -> None:
    document = b'\xef\xbb\xbf{\r\n "measurements": {\r\n  "chest": 925,\r\n\r\n  "x": 1 } }'

    assert list_entries(parse_file(document)) == [(3, "chest", "taken"), (5, "x", "left_out")]
    assert list_entries(parse_file(b"# mine\nmeasurements:\n\n  chest: 925\n  x: 1")) == [
        (4, "chest", "taken"),
        (5, "x", "left_out"),
    ]


def test_the_name_of_today_wins_over_an_older_one() -> None:
    found = parse_file(as_json({"measurements": {"naturalWaist": 1, "waist": 750, "inseam": 780}}))

    assert get_values(found) == {"waist": 750, "inseam": 780}
    assert list_left_out(found) == [(3, "naturalWaist")]


def test_a_name_that_stands_there_twice_is_told() -> None:
    found = parse_file(b'{"measurements": {"chest": 925,\n "chest": 930}}')

    assert get_values(found) == {"chest": 925}
    assert list_left_out(found) == [(2, "chest")]


@pytest.mark.parametrize("value", ['"92 cm"', "true", "[925]", '{"mm": 925}', '"925,5"'])
def test_what_is_no_number_is_listed(value: str) -> None:
    found = parse_file(b'{"measurements": {"chest": %s}}' % value.encode())

    assert get_values(found) == {}
    assert list_reasons(found) == ["This is not a plain number; type the value instead."]


def test_measurements_that_are_none_are_listed() -> None:
    found = parse_file(b'{"sets": [{"measies": "a3f9"}, {"measies": {"chest": 925}}]}')

    assert [dict(model.measurements) for model in found.models] == [{}, {"chest": 925}]
    assert list_left_out(found) == [(1, "measies")]


@pytest.mark.parametrize(
    ("flag", "breasts"), [("true", True), ("false", False), ("null", None), ('"yes"', None)]
)
def test_the_flag_is_true_or_false(flag: str, *, breasts: bool | None) -> None:
    found = parse_file(b'{"breasts": %s, "measurements": {}}' % flag.encode())

    assert found.models[0].breasts is breasts
    assert len(found.report) == (flag == '"yes"')


def test_personal_things_among_the_measurements_are_dropped_too() -> None:
    found = parse_file(as_json({"measurements": {"name": "Ada", "chest": 925, "birthday": "1815"}}))

    assert found.dropped == ("name", "birth_date")
    assert [line.entry for line in found.report] == ["chest"]


@pytest.mark.parametrize("document", [{}, [], {"name": "Ada"}, {"patterns": [SET]}, [1, 2], "x"])
def test_a_file_without_measurements_is_refused(document: Any) -> None:
    with pytest.raises(UnreadableFileError, match="no measurements found"):
        parse_file(as_json(document), format=Format.FREESEWING)


def test_more_than_a_hundred_sets_are_refused() -> None:
    with pytest.raises(UnreadableFileError, match="line 101: more than 100 sets"):
        parse_file(b"[" + b",\n".join([b'{"measurements": {}}'] * 101) + b"]")


def test_several_documents_in_one_yaml_file_are_several_sets() -> None:
    assert (
        len(parse_file(b"---\nmeasurements: {chest: 1}\n---\nmeasurements: {chest: 2}").models) == 2
    )


VERSION_1 = {"chestCircumference": 101.5, "naturalWaist": 81}


@pytest.mark.parametrize(
    ("stated", "chest"),
    [
        ("# All measurements in cm\n", 1015),
        ("# All measurements in inch\n", 2578.1),
        ("# All measurements in inches.\n", 2578.1),
        ("# All measurements in MM\n", 101.5),
        ("units: cm\n", 1015),
        ("unit: inch\n", 2578.1),
    ],
)
def test_version_1_says_its_unit(stated: str, chest: float) -> None:
    found = parse_file(stated.encode() + as_yaml(VERSION_1))

    assert get_values(found)["chest"] == chest


@pytest.mark.parametrize(
    "document",
    [
        VERSION_1,
        {"measurements": VERSION_1},
        {"models": {"a": {"name": "Ada", "units": "metric", "measurements": VERSION_1}}},
        {"model": {"units": "imperial", "data": {"measurements": VERSION_1}}},
        {"inseam": 78.5},
        {"bust_circ": 92},
    ],
)
@FORMS
def test_a_file_that_does_not_say_its_unit_is_refused_until_it_is_asked_for(
    form: Any, document: Any
) -> None:
    with pytest.raises(UnreadableFileError, match="send `unit=mm`, `unit=cm` or") as refused:
        parse_file(form(document))

    assert refused.value.parameter == "unit"
    in_cm = parse_file(form(document), options=ImportOptions(unit=MeasurementUnit.CM))
    assert set(get_values(in_cm).values()) <= {1015, 810, 785, 920}


def test_conflicting_statements_of_a_unit_are_none() -> None:
    with pytest.raises(UnreadableFileError, match="does not say its unit"):
        parse_file(b"# Waist in cm\n# Chest in inches\n" + as_yaml(VERSION_1))


@pytest.mark.parametrize(
    "document",
    [
        {"people": {"a": {"measurements": {"chestCircumference": 1015, "inseam": 780}}}},
        {"sets": [{"measies": {"inseam": 780, "chestCircumference": 1015}}]},
        {"measies": {"chestCircumference": 1015, "inseam": 780}},
        {"naturalWaist": 810, "chest": 1015, "inseam": 780},
        {"about": "Lengths in millimetres", "measurements": {"chestCircumference": 1015}},
    ],
)
def test_versions_in_millimetres_need_no_unit(document: Any) -> None:
    assert get_values(parse_file(as_json(document)))["chest"] == 1015


def test_an_angle_is_in_degrees_whatever_the_unit() -> None:
    document = as_json({"waist": 81, "shoulderSlope": 13})

    assert get_values(parse_file(document, options=ImportOptions(unit=MeasurementUnit.CM))) == {
        "waist": 810,
        "shoulderSlope": 13,
    }


@pytest.mark.parametrize("name", ["Chest", "CHEST", "Tour de poitrine", "tour de Poitrine"])
@FORMS
def test_labels_of_the_catalogue_are_names(form: Any, name: str) -> None:
    assert get_values(parse_file(form({"measurements": {name: 1015}}))) == {"chest": 1015}


@pytest.mark.parametrize(
    "name", ["Écart de poitrine", "ecart de poitrine", "Bust span", "bust_span"]
)
def test_labels_are_compared_without_case_and_accents(name: str) -> None:
    assert get_values(parse_file(as_json({"measurements": {name: 180, "chest": 900}}))) == {
        "bustSpan": 180,
        "chest": 900,
    }


def test_a_family_of_twenty_stays_told_apart() -> None:
    sets = [{"name": f"Child {n}", "measies": {"chest": 600 + n}} for n in range(20)]

    found = parse_file(as_json({"sets": sets}))

    assert [body.name for body in found.models] == [f"Child {n}" for n in range(20)]
    assert found.dropped == ()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("  Ada \n Lovelace ", "Ada   Lovelace"),
        ("x" * 200, "x" * 100),
        ("\u0000", None),
        ("", None),
        ("👩‍👧 Léa", "👩‍👧 Léa"),
    ],
)
def test_the_name_of_a_model_is_one_line(name: str, kept: str | None) -> None:
    found = parse_file(as_json({"sets": [{"name": name, "measies": {"chest": 900}}]}))

    assert found.models[0].name == kept


def test_the_name_in_a_single_set_is_dropped() -> None:
    found = parse_file(as_json({"name": "Ada", "measies": {"chest": 900}}))

    assert found.models[0].name is None
    assert found.dropped == ("name",)


@pytest.mark.parametrize("number", ["１１０５", "١١٠٥", "1105", "११०५"])
def test_digits_of_other_scripts_are_digits(number: str) -> None:
    assert get_values(parse_file(as_json({"chest": number}))) == {"chest": 1105}


def test_decimal_marks_of_other_scripts_are_decimal_marks() -> None:
    assert get_values(parse_file(as_json({"chest": "١١٠٥٫٥", "waist": "８０５．５"}))) == {
        "chest": 1105.5,
        "waist": 805.5,
    }
