"""FreeSewing's sets and account exports, present and past."""

import json
import re
import time

import pytest

from dressform.sewing.catalogue import CATALOGUE
from dressform.sewing.formats import Format, NotReadableError, read

EXPORT = {
    "id": 1201,
    "email": "philippine@sewing.example",
    "username": "philippine",
    "bio": "I sew for pangolins",
    "sets": [
        {"name": "Philippine", "imperial": True, "measies": {"chest": 925, "neck": 340.5}},
        {"name": "Uncle", "notes": "broad", "measies": {"chest": 1105, "shoulderSlope": 13}},
        {"name": "Nobody yet", "measies": {}},
    ],
}
OLD = {
    "models": {
        "abcde": {
            "name": "Philippine",
            "breasts": True,
            "units": "metric",
            "measurements": {
                "chestCircumference": 925,
                "naturalWaist": 750,
                "highPointShoulderToBust": 275,
                "shoulderSlope": 150,
                "centerBackNeckToWaist": 400,
                "seatFront": 500,
                "hipsToUpperLeg": 180,
                "wristCircumference": 0,
                "neckCircumference": None,
                "headCircumference": "big",
            },
        }
    }
}


def test_an_account_with_many_sets_becomes_as_many_bodies() -> None:
    found = read(json.dumps(EXPORT).encode())

    assert [body.measurements for body in found.bodies] == [
        {"chest": 925, "neck": 340.5},
        {"chest": 1105, "shoulderSlope": 13},
        {},
    ]
    assert found.dropped == {"name", "e-mail", "notes"}
    for secret in ("hilippine", "Uncle", "broad", "pangolins"):
        assert secret not in repr(found)


def test_older_names_are_mapped_and_what_cannot_be_is_listed() -> None:
    (body,) = read(json.dumps(OLD).encode()).bodies

    assert body.measurements == {"chest": 925, "waist": 750, "hpsToBust": 275}
    assert body.breasts is True
    assert {line.entry: line.reason for line in body.lines} == {
        "chestCircumference": "older name",
        "naturalWaist": "older name",
        "highPointShoulderToBust": "older name",
        "shoulderSlope": "angle before 2.7",
        "centerBackNeckToWaist": "retired",
        "seatFront": "derived",
        "hipsToUpperLeg": "retired",
        "wristCircumference": "zero",
        "neckCircumference": "empty",
        "headCircumference": "not a number",
    }


def test_every_older_name_is_known() -> None:
    older = {alias: each.name for each in CATALOGUE.values() for alias in each.aliases}
    content = {"measurements": dict.fromkeys(older, 12)}

    (body,) = read(json.dumps(content).encode()).bodies

    assert set(body.measurements) == set(older.values())
    assert {line.entry: line.measurement for line in body.lines} == older


def test_bare_measurements_are_a_set_too() -> None:
    assert read(b'{"chest": 925, "neck": 340}').bodies[0].measurements["chest"] == 925
    assert read(b"chest: 925\nneck: 340").bodies[0].measurements["neck"] == 340


def test_yaml_is_read_as_it_stands() -> None:
    text = b"name: Me\nbreasts: no\nmeasurements:\n  chest: 1:30\n  neck: 340\n  waist: 1_000\n"

    (body,) = read(text).bodies

    assert body.measurements == {"neck": 340}
    assert [line.reason for line in body.lines] == ["not a number", None, "not a number"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"measurements": {\n"chest": }}', "line 2: not valid JSON"),
        (b"[" * 100_000, "JSON nested deeper"),
        (b"{}", "expected `measurements` or `measies`"),
        (b"[1, 2]", "expected `measurements` or `measies`"),
        (b"a: [1, 2\nb: 3", "not valid YAML"),
        (b"a: &x 1\nb: *x\n", "line 2: YAML with references is not read"),
        (b"a: b: c", "line 1: not valid YAML"),
        (b"- " * 20_000, "YAML"),
        (b"", "the file is empty"),
        (b"\xff\xfea", "UTF-8"),
        (b'{"a": "\xe9"}', "UTF-8"),
        (b'{"a": "\0"}', "NUL"),
        (b"\x89PNG\r\n\x1a\n", "UTF-8"),
    ],
)
def test_what_is_no_such_file_is_told(data: bytes, said: str) -> None:
    with pytest.raises(NotReadableError, match=re.escape(said)):
        read(data)


@pytest.mark.parametrize(
    "value", ["1e400", "1" * 400, "NaN", "Infinity", "true", "[1]", '{"a": 1}']
)
def test_odd_values_are_listed(value: str) -> None:
    (body,) = read(f'{{"measurements": {{"chest": {value}, "neck": 340}}}}'.encode()).bodies

    assert body.measurements == {"neck": 340}
    assert body.lines[0].measurement is None


def test_the_largest_files_take_no_longer_than_a_moment() -> None:
    began = time.perf_counter()

    for form, data in {
        Format.YAML: b"measurements:\n" + b"  chest: 1\n" * 20_000,
        Format.FREESEWING: b'{"measurements": {' + b'"a": 1,' * 30_000 + b'"b": 1}}',
        Format.CSV: b"chest,1\n" * 30_000,
        Format.SMIS: b"<smis><unit>cm</unit><body-measurements>"
        + b'<m name="a" value="b+b"/>' * 9_000
        + b"</body-measurements></smis>",
    }.items():
        read(data, form)

    assert time.perf_counter() - began < 20
