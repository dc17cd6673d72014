"""Exported files are valid for other programs and contain no personal data."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from dressform.sewing.catalogue import CATALOGUE
from dressform.sewing.formats import Format, ImportedBody, Outcome, parse_file, serialize
from tests.sewing.bodies import WITH_BREASTS
from tests.sewing.formats.rules import find_violations
from tests.sewing.formats.samples import MEASUREMENTS

FLAGS = st.sampled_from([True, False, None])
XML = [Format.SMIS, Format.VIT]
CODES = Path(__file__).parents[3] / "src/dressform/sewing/measurements.json"


@pytest.mark.parametrize("kind", Format)
@given(measurements=MEASUREMENTS, breasts=FLAGS)
@example(measurements={}, breasts=None)
def test_what_was_written_comes_back_to_the_last_digit(
    kind: Format, measurements: dict[str, float], *, breasts: bool | None
) -> None:
    model = ImportedBody(measurements, breasts)

    found = parse_file(serialize(kind, model))

    assert found.format is kind
    assert found.models == (model,)
    assert found.dropped == ()
    assert {line.measurement for line in found.report} == set(measurements)
    assert Outcome.LEFT_OUT not in {line.outcome for line in found.report}


@pytest.mark.parametrize("kind", XML)
@given(measurements=MEASUREMENTS, breasts=FLAGS)
def test_xml_keeps_every_rule_of_its_schema(
    kind: Format, measurements: dict[str, float], *, breasts: bool | None
) -> None:
    assert find_violations(serialize(kind, ImportedBody(measurements, breasts))) == []


@pytest.mark.parametrize(
    ("part", "instead", "rule"),
    [
        ("<unit>mm", "<unit>m", "unit"),
        ("<email/>", "", "personal order"),
        ("<notes>", "<remarks/><notes>", "root order"),
        ("998", "55", "system"),
        ('name="neck_circ"', 'name="neck circ"', "names"),
        ('name="neck_circ"', 'name="1neck"', "first"),
        ('name="neck_circ"', 'name="bust_circ"', "unique"),
        ('name="neck_circ"', 'name="neck_circ" code="G02"', "attributes"),
        ('value="925"', 'value="9.25e2"', "values"),
    ],
)
def test_the_rules_notice_what_is_broken(part: str, instead: str, rule: str) -> None:
    document = serialize(Format.SMIS, ImportedBody(WITH_BREASTS)).decode()
    assert part in document

    assert rule in find_violations(document.replace(part, instead).encode())


@pytest.mark.parametrize("kind", XML)
def test_each_measurement_has_its_seamly_name_or_is_a_custom_one(kind: Format) -> None:
    root = ET.fromstring(serialize(kind, ImportedBody(WITH_BREASTS, breasts=True)))
    entries = {m.get("name", ""): m for m in root.iter("m")}

    assert len(entries) == len(CATALOGUE)
    assert entries["bust_circ"].attrib == {"name": "bust_circ", "value": "925"}
    assert "Dressform's hips" in entries["highhip_circ"].get("description", "")
    assert entries["@waistToUnderbust"].get("full_name") == "Waist to underbust"


def test_an_angle_says_that_it_is_none_of_the_files_unit() -> None:
    model = ImportedBody({"shoulderSlope": 13})

    assert b'value="13" description="In degrees"/>' in serialize(Format.SMIS, model)
    assert b'specialUnits="true"' in serialize(Format.VIT, model)


def test_freesewing_takes_its_json_and_yaml_as_they_are() -> None:
    model = ImportedBody({"chest": 1105, "neck": 419.1}, breasts=False)
    expected = {
        "type": "measurementsSet",
        "about": "Lengths in millimetres, shoulderSlope in degrees",
        "units": "metric",
        "breasts": False,
        "measurements": {"chest": 1105, "neck": 419.1},
    }

    assert json.loads(serialize(Format.FREESEWING, model)) == expected
    assert yaml.safe_load(serialize(Format.YAML, model)) == expected


def test_spreadsheets_get_rows() -> None:
    model = ImportedBody({"chest": 1105, "shoulderSlope": 13.5}, breasts=True)

    rows = list(csv.reader(io.StringIO(serialize(Format.CSV, model).decode(), newline="")))

    assert rows == [
        ["measurement", "value", "unit"],
        ["breasts", "true", ""],
        ["chest", "1105", "mm"],
        ["shoulderSlope", "13.5", "deg"],
    ]


def test_the_names_of_seamly_are_told_apart() -> None:
    names = [each.seamly.name for each in CATALOGUE.values() if each.seamly]

    assert len(set(names)) == len(names) == len(CATALOGUE) - 1
