"""Files of body scanners and body models, by the field names that they publish."""

import json
from typing import Any

import pytest
import yaml

from dressform.sewing.catalogue import CATALOGUE
from dressform.sewing.data import load_json
from dressform.sewing.formats import (
    Format,
    ImportOptions,
    Outcome,
    UnreadableFileError,
    parse_file,
)
from dressform.sewing.units import MeasurementUnit
from tests.sewing.formats.samples import get_values, list_left_out

SCANNERS = {key: facts for key, facts in load_json("formats/scanners").items() if key != "source"}

THREE_D_LOOK = {
    "id": 7,
    "url": "https://saia.example/persons/7/",
    "gender": "female",
    "height": 170,
    "front_params": {"inside_leg_height": 78, "waist": 30.5, "soft_validation": {"messages": []}},
    "side_params": {"waist_depth": 20},
    "volume_params": {"chest": 92.5, "waist": 70, "low_hips": 98, "body_type": "average"},
}
BODYGRAM = {
    "entry": {
        "id": "x",
        "status": "success",
        "input": {"photoScan": {"age": 33, "gender": "female"}},
        "measurements": [
            {"name": "bustGirth", "unit": "mm", "value": 925},
            {"name": "waistGirth", "unit": "mm", "value": 700},
            {"name": "hipGirth", "unit": "cm", "value": 98},
            {"name": "bellyWaistGirth", "unit": "mm", "value": 800},
        ],
    }
}
GARMENTCODE = {
    "body": {
        "height": 171.99,
        "bust": 92.5,
        "waist": 70,
        "hips": 98,
        "shoulder_incl": 21.7,
        "back_width": 47.7,
    }
}
SMPL = {
    "height": 170.0,
    "chest circumference": 92.5,
    "waist circumference": 70,
    "hip circumference": 98,
    "arm right length": 50,
}
CLAD_BODY = {"height_cm": 165.4, "bust_cm": 92.5, "waist_cm": 70.0, "hip_cm": 98, "bmi": 22.5}


@pytest.mark.parametrize(
    ("document", "beside", "left_out", "approximate"),
    [
        (BODYGRAM, {}, {"bellyWaistGirth"}, {"waist"}),
        (GARMENTCODE, {"shoulderSlope": 21.7}, {"height", "back_width"}, {"shoulderSlope"}),
        (SMPL, {"shoulderToWrist": 500}, {"height"}, {"waist", "seat", "shoulderToWrist"}),
        (CLAD_BODY, {}, {"height_cm", "bmi"}, {"waist"}),
    ],
)
@pytest.mark.parametrize("form", [json.dumps, yaml.safe_dump])
def test_fields_are_measurements_in_the_unit_of_their_program(
    form: Any,
    document: Any,
    *,
    beside: dict[str, float],
    left_out: set[str],
    approximate: set[str],
) -> None:
    found = parse_file(form(document).encode())

    assert get_values(found) == {"chest": 925, "waist": 700, "seat": 980} | beside
    assert {entry for _, entry in list_left_out(found)} == left_out
    marked = {line.measurement for line in found.report if line.outcome is Outcome.APPROXIMATE}
    assert marked == set(get_values(found)) & approximate


def test_3dlook_does_not_say_its_unit() -> None:
    document = json.dumps(THREE_D_LOOK).encode()

    with pytest.raises(UnreadableFileError, match="does not say its unit") as refused:
        parse_file(document)
    found = parse_file(document, options=ImportOptions(unit=MeasurementUnit.CM))

    assert refused.value.parameter == "unit"
    assert get_values(found) == {"chest": 925, "waist": 700, "seat": 980, "inseam": 780}
    assert found.dropped == ("gender",)
    # The width of the waist in the front view is not its girth.
    assert (7, "waist") not in [(line.line, line.measurement) for line in found.report]


def test_several_bodies_in_a_list_are_several_models() -> None:
    found = parse_file(json.dumps([CLAD_BODY, CLAD_BODY | {"bust_cm": 101}]).encode())

    assert [body.measurements["chest"] for body in found.models] == [925, 1010]
    assert found.format is Format.FREESEWING


def test_values_that_are_no_numbers_are_listed() -> None:
    document = CLAD_BODY | {"bust_cm": "wide", "hip_cm": None, "inseam_cm": 0}

    found = parse_file(json.dumps(document).encode())

    assert get_values(found) == {"waist": 700}
    assert {entry for _, entry in list_left_out(found)} >= {"bust_cm", "hip_cm", "inseam_cm"}


@pytest.mark.parametrize("scanner", SCANNERS)
def test_each_field_is_one_measurement_of_the_catalogue(scanner: str) -> None:
    facts = SCANNERS[scanner]

    assert set(facts["exact"].values()) | set(facts["approximate"].values()) <= set(CATALOGUE)
    assert not set(facts["exact"]) & set(facts["approximate"])
