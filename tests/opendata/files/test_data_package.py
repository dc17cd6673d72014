import json
from collections.abc import Callable
from pathlib import Path

import pytest
from frictionless import Package

from dressform.opendata.codebook import CORE
from dressform.opendata.draws import CombinedDraws
from dressform.opendata.files import File
from tests.opendata.files.conftest import HOME, PAGE
from tests.opendata.files.simulated import RARE


def faults(folder: Path) -> set[str]:
    """What Frictionless finds wrong, by its kinds."""
    report = Package(str(folder / "datapackage.json")).validate()
    return {kind for (kind,) in report.flatten(["type"])}


def test_frictionless_finds_the_descriptor_and_all_data_valid(published: Path) -> None:
    report = Package(str(published / "datapackage.json")).validate()

    assert report.flatten(["name", "type", "message"]) == []
    assert report.stats["tasks"] == 9


@pytest.mark.parametrize(
    ("table", "row", "broken", "kind"),
    [
        ("people", 1, lambda cells: [cells[0], "maybe", *cells[2:]], "type-error"),
        ("people", 1, lambda cells: [*cells[:2], "1", *cells[3:]], "constraint-error"),
        ("people", 1, lambda cells: [*cells[:2], "99999", *cells[3:]], "constraint-error"),
        ("people", 1, lambda cells: [cells[0], "", *cells[2:]], "constraint-error"),
        ("people", 1, lambda cells: ["0", *cells[1:]], "constraint-error"),
        ("people", 2, lambda cells: ["1", *cells[1:]], "primary-key"),
        ("correlations", 1, lambda cells: [*cells[:3], "1.2", cells[4]], "constraint-error"),
        ("correlations", 1, lambda cells: ["women", *cells[1:]], "constraint-error"),
        ("correlations", 1, lambda cells: [cells[0], "nose", *cells[2:]], "foreign-key"),
        ("flags", 2, lambda cells: ["with_breasts", *cells[1:]], "primary-key"),
        ("histograms", 1, lambda cells: [*cells, "1"], "extra-cell"),
    ],
)
def test_a_broken_value_is_found(
    folder: Path, table: str, row: int, broken: Callable[[list[str]], list[str]], kind: str
) -> None:
    file = folder / f"{table}.csv"
    lines = file.read_bytes().decode().split("\r\n")
    lines[row] = ",".join(broken(lines[row].split(",")))
    file.write_bytes("\r\n".join(lines).encode())

    found = faults(folder)

    assert kind in found
    assert found & {"hash-count", "byte-count"}


def test_it_is_a_package_of_the_second_standard_that_tells_where_it_is(
    edition: dict[str, File],
) -> None:
    package = json.loads(edition["datapackage.json"].content)

    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert package["name"] == "open-body-measurements-2027"
    assert package["homepage"] == PAGE
    assert package["id"] == f"{HOME}datapackage.json"
    assert package["contributors"][0]["title"] == "Sewing Example"
    assert package["created"] == "2027-03-01T00:00:00Z"
    assert [each["name"] for each in package["licenses"]] == ["CC0-1.0"]


def test_lengths_have_a_unit_bounds_and_the_way_they_are_taken(edition: dict[str, File]) -> None:
    package = json.loads(edition["datapackage.json"].content)
    people = next(each for each in package["resources"] if each["name"] == "people")
    waist = next(each for each in people["schema"]["fields"] if each["name"] == "waist")
    item = next(each for each in CORE.items if each.name == "waist")

    assert waist["unit"] == "mm"
    assert waist["constraints"] == {
        "required": True,
        "minimum": item.lowest,
        "maximum": item.highest,
    }
    assert waist["description"].startswith("Waist: ")


def test_only_what_goes_with_a_flag_may_be_missing(
    draw: CombinedDraws, edition: dict[str, File]
) -> None:
    package = json.loads(edition["datapackage.json"].content)
    people = next(each for each in package["resources"] if each["name"] == "people")
    optional = {
        field["name"]
        for field in people["schema"]["fields"]
        if "required" not in field["constraints"]
    }

    assert optional == {
        item.name for item in draw.codebook.items if len(item.centre) == 1 or item.name == RARE
    }
