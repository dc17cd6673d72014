"""What Google Dataset Search asks for, and what of it is recommended."""

import json
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from dressform.db.unit_of_work import UnitOfWorkFactory
from tests.helpers.editions import FILES, publish_edition

SCRIPT = '<script type="application/ld+json">'
RECOMMENDED = {
    "creator",
    "distribution",
    "identifier",
    "isAccessibleForFree",
    "keywords",
    "license",
}
RECOMMENDED |= {"isPartOf", "measurementTechnique", "url", "variableMeasured", "version"}


async def metadata(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    html = (await client.get(path)).text
    return [json.loads(part.partition("</script>")[0]) for part in html.split(SCRIPT)[1:]]


def assert_is_dataset(node: dict[str, Any]) -> None:
    assert node["@type"] == "Dataset"
    assert node["name"]
    assert 50 <= len(node["description"]) <= 5_000
    assert is_address(node["url"])
    assert node["license"] == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert node["creator"]["@type"] == "Organization"
    assert node["creator"]["name"]
    assert is_address(node["creator"]["url"])


def is_address(value: str) -> bool:
    return urlsplit(value).scheme in {"http", "https"} and bool(urlsplit(value).hostname)


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_an_edition_s_page_describes_a_dataset(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory, language: str
) -> None:
    await publish_edition(uows)

    (node,) = await metadata(client, f"/dataset/2027?language={language}")

    assert node["@context"] == "https://schema.org/"
    assert_is_dataset(node)
    assert_is_dataset(node["isPartOf"])
    assert set(node) >= RECOMMENDED
    assert node["isAccessibleForFree"] is True
    assert node["datePublished"] == "2026-03-01"
    assert [each["alternateName"] for each in node["variableMeasured"]] == ["neck", "waist"]
    assert {each["unitText"] for each in node["variableMeasured"]} == {"mm"}
    neck = {"en": "Neck", "fr": "Tour de cou"}[language]
    assert node["variableMeasured"][0]["name"] == neck


async def test_its_downloads_are_there(client: httpx.AsyncClient, uows: UnitOfWorkFactory) -> None:
    await publish_edition(uows)

    (node,) = await metadata(client, "/dataset/2027")

    offered = {each["name"]: each for each in node["distribution"]}
    assert set(offered) == {
        file.name for file in FILES if file.name.endswith((".csv", ".parquet", ".zip"))
    }
    for each in offered.values():
        assert each["@type"] == "DataDownload"
        assert each["encodingFormat"] in {
            *("text/csv", "application/vnd.apache.parquet", "application/zip"),
        }
        assert is_address(each["contentUrl"])
        response = await client.head(each["contentUrl"])
        assert response.status_code == 200
        assert f"{response.headers['Content-Length']} B" == each["contentSize"]
        assert response.headers["ETag"] == f'"{each["sha256"]}"'


async def test_the_dataset_s_page_describes_it_with_its_editions(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory
) -> None:
    await publish_edition(uows)
    await publish_edition(uows, "2027-2028")

    (node,) = await metadata(client, "/dataset")

    assert_is_dataset(node)
    assert len(node["hasPart"]) == 2
    for part in node["hasPart"]:
        assert_is_dataset(part)
        (own,) = await metadata(client, urlsplit(part["url"]).path)
        assert (own["@id"], own["name"]) == (part["@id"], part["name"])


async def test_before_an_edition_there_is_nothing_to_find(client: httpx.AsyncClient) -> None:
    assert await metadata(client, "/dataset") == []
