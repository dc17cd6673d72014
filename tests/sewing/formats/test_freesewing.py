"""FreeSewing's measurement sets, old and new, single and in account exports."""

import json
from typing import Any

import pytest
import yaml

from dressform.sewing.formats import Format, ImportedBody, UnreadableFileError, parse_file
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
        ImportedBody({"chest": 925, "neck": 340.5}),
        ImportedBody({"waist": 750}),
    )
    assert [line.model for line in found.report] == [0, 0, 1]
    assert found.dropped == ("name", "email", "notes")
    assert not any(word in repr(found) for word in ("Ada", "Grace", "ada@", "I sew"))


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
        ImportedBody({"chest": 925, "waist": 750, "highBust": 865}, breasts=True),
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

    assert ("shoulderSlope" in get_values(parse_file(as_json(document)))) is is_taken


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
