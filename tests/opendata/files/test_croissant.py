import json
from itertools import islice
from pathlib import Path

import mlcroissant as mlc
import pytest

from dressform.opendata.draws import CombinedDraws
from dressform.opendata.edition import build_tables
from dressform.opendata.files import File
from tests.opendata.files.conftest import HOME, PAGE

MANY = 500
"""Rows to compare: mlcroissant takes its time."""


def opened(folder: Path) -> mlc.Dataset:
    """With the files that lie beside it, instead of downloads."""
    listed = json.loads((folder / "croissant.json").read_text())["distribution"]
    beside = {each["@id"]: folder / each["@id"] for each in listed}
    return mlc.Dataset(folder / "croissant.json", mapping=beside)


def test_mlcroissant_has_nothing_to_say_against_it(published: Path) -> None:
    issues = opened(published).metadata.ctx.issues

    assert issues.errors == set()
    assert issues.warnings == set()


def test_mlcroissant_reads_every_table_as_it_is(draw: CombinedDraws, published: Path) -> None:
    dataset = opened(published)
    for resource in build_tables(draw):
        records = islice(dataset.records(resource.name), MANY)
        found = [tuple(map(plain, record.values())) for record in records]

        assert found == resource.rows[:MANY]


def plain(value: object) -> object:
    """Text comes as bytes, and nothing as NaN."""
    if isinstance(value, bytes):
        return value.decode()
    return None if value != value else value  # noqa: PLR0124


def test_a_field_that_no_file_has_is_found(folder: Path) -> None:
    content = json.loads((folder / "croissant.json").read_text())
    content["recordSet"][0]["field"][0]["source"]["fileObject"]["@id"] = "nowhere.csv"
    (folder / "croissant.json").write_text(json.dumps(content))

    with pytest.raises(mlc.ValidationError):
        opened(folder)


def test_it_lists_every_file_but_itself_the_checksums_and_the_archive(
    edition: dict[str, File],
) -> None:
    content = json.loads(edition["croissant.json"].content)

    assert content["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    assert {each["contentUrl"]: each["sha256"] for each in content["distribution"]} == {
        f"{HOME}{file.name}": file.sha256
        for file in edition.values()
        if file.name not in ("croissant.json", "SHA256SUMS", "open-body-measurements-2027.zip")
    }


def test_every_table_with_a_key_names_its_fields(edition: dict[str, File]) -> None:
    package = json.loads(edition["datapackage.json"].content)
    keys = {each["name"]: each["schema"].get("primaryKey", []) for each in package["resources"]}
    found = {
        each["name"]: [field["@id"] for field in each["key"]]
        for each in json.loads(edition["croissant.json"].content)["recordSet"]
    }

    assert found["people"] == ["people/id"]
    assert found == {name: [f"{name}/{field}" for field in key] for name, key in keys.items()}


def test_it_names_who_published_it_and_where(edition: dict[str, File]) -> None:
    content = json.loads(edition["croissant.json"].content)

    assert content["url"] == PAGE
    assert content["publisher"]["name"] == content["creator"]["name"] == "Sewing Example"
    assert "author={{Sewing Example}}" in content["citeAs"]
    assert f"url={{{PAGE}}}" in content["citeAs"]
