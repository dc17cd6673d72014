import json
from datetime import date
from typing import Any

from dressform.opendata.files import File
from tests.opendata.files.conftest import AT, PAGE

ASKED = {"title", "upload_type", "publication_date", "creators", "description", "access_right"}
ALLOWED = ASKED | {
    *("access_conditions", "communities", "contributors", "doi", "embargo_date", "grants"),
    *("keywords", "license", "notes", "references", "related_identifiers", "subjects"),
}
"""Keys of Zenodo's schema of a deposit that a dataset may have; it allows no others."""
RELATIONS = {
    "isPartOf",
    "isIdenticalTo",
    "isNewVersionOf",
    "isDerivedFrom",
    "isAlternateIdentifier",
}


def metadata(edition: dict[str, File]) -> dict[str, Any]:
    content = json.loads(edition["zenodo.json"].content)
    assert list(content) == ["metadata"], "the API takes the file as it is"
    found: dict[str, Any] = content["metadata"]
    return found


def test_it_has_what_zenodo_asks_for_and_nothing_it_does_not_know(
    edition: dict[str, File],
) -> None:
    found = metadata(edition)

    assert ASKED <= set(found) <= ALLOWED
    assert all(isinstance(found[name], str) and found[name] for name in ASKED - {"creators"})
    assert all(set(each) <= {"name", "affiliation", "orcid", "gnd"} for each in found["creators"])
    assert all(isinstance(each, str) for each in found["keywords"])
    for each in found["related_identifiers"]:
        assert set(each) == {"relation", "identifier", "scheme"}
        assert each["relation"] in RELATIONS
        assert each["scheme"] == "url"


def test_it_is_an_open_dataset_of_that_day_by_the_publisher(edition: dict[str, File]) -> None:
    found = metadata(edition)

    assert (found["upload_type"], found["access_right"]) == ("dataset", "open")
    assert found["license"] == "cc-zero"
    assert date.fromisoformat(found["publication_date"]) == AT.date()
    assert found["creators"] == [{"name": "Sewing Example"}]
    assert [each["identifier"] for each in found["related_identifiers"]] == [PAGE]
