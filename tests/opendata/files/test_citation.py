import re
from datetime import date
from urllib.parse import urlsplit

import yaml

from dressform.opendata.files import File
from tests.opendata.files.conftest import AT, PAGE

ALLOWED = {
    *("abstract", "authors", "cff-version", "commit", "contact", "date-released", "doi"),
    *("identifiers", "keywords", "license", "license-url", "message", "preferred-citation"),
    *("references", "repository", "repository-artifact", "repository-code", "title", "type"),
    *("url", "version"),
}
"""Keys of the Citation File Format 1.2.0, which allows no others."""


def test_it_has_what_the_format_asks_for_and_nothing_else(edition: dict[str, File]) -> None:
    content = yaml.safe_load(edition["CITATION.cff"].content)

    assert {"authors", "cff-version", "message", "title"} <= set(content) <= ALLOWED
    assert content["cff-version"] == "1.2.0"
    assert content["type"] == "dataset"
    assert content["license"] == "CC0-1.0"
    assert isinstance(content["version"], str)
    assert date.fromisoformat(content["date-released"]) == AT.date()
    assert len(set(content["keywords"])) == len(content["keywords"]) > 0
    assert all(content[name] for name in ("abstract", "message", "title"))


def test_it_cites_the_publisher_and_the_address_that_stays(edition: dict[str, File]) -> None:
    content = yaml.safe_load(edition["CITATION.cff"].content)

    assert content["authors"] == [{"name": "Sewing Example"}]
    assert content["url"] == PAGE
    assert urlsplit(PAGE).scheme == "https"
    assert re.fullmatch(r"Open dataset of body measurements for sewing, 2027", content["title"])
