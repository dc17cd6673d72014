"""The catalogue as everybody can read it."""

import re

import httpx
import pytest

from dressform.sewing.catalogue import CATALOGUE
from dressform.sewing.silhouette import render_silhouette
from tests.helpers.assertions import assert_problem

PATH = "/v1/measurements"

ONLY_WITH = {each.name for each in CATALOGUE.values() if each.breasts_only}


async def names(client: httpx.AsyncClient, **params: str) -> list[str]:
    response = await client.get(PATH, params=params)
    assert response.status_code == 200, response.text
    return [item["name"] for item in response.json()["items"]]


async def test_anybody_reads_all_of_it(client: httpx.AsyncClient) -> None:
    response = await client.get(PATH)

    items = {item["name"]: item for item in response.json()["items"]}
    assert list(items) == list(CATALOGUE)
    assert items["highBust"] == {
        "name": "highBust",
        "label": dict(CATALOGUE["highBust"].label),
        "kind": "length",
        "unit": "mm",
        "breasts_only": True,
        "exclusive_minimum": 0,
        "maximum": 10_000,
        "description": dict(CATALOGUE["highBust"].description),
        "seamly": {"code": "G03", "name": "highbust_circ", "match": "exact"},
        "aliases": [],
        "group": "torso-around",
        "order": 5,
        "paired": False,
        "in_silhouette": True,
        "schema_org": [],
    }
    assert items["waistToUnderbust"]["seamly"] is None
    assert items["chest"]["aliases"] == ["chestCircumference"]
    assert items["shoulderSlope"]["unit"] == "degree"
    assert response.json()["derived"]["seatFront"] == {"seat": 1, "seatBack": -1}
    assert response.headers["Cache-Control"] == "public, max-age=3600"


async def test_a_form_is_laid_out_by_groups_in_the_order_of_measuring(
    client: httpx.AsyncClient,
) -> None:
    catalogue = (await client.get(PATH)).json()

    items = {item["name"]: item for item in catalogue["items"]}
    laid_out = [name for group in catalogue["groups"] for name in group["measurements"]]
    assert sorted(laid_out) == sorted(items)
    assert [items[name]["order"] for name in laid_out] == list(range(1, len(items) + 1))
    for group in catalogue["groups"]:
        assert {items[name]["group"] for name in group["measurements"]} == {group["key"]}
        assert group["label"].keys() == {"en", "fr"}
    assert items["seat"]["schema_org"] == ["BodyMeasurementHips"]
    assert items["hips"]["schema_org"] == []


async def test_the_silhouette_has_the_lines_that_the_catalogue_names(
    client: httpx.AsyncClient,
) -> None:
    items = (await client.get(PATH)).json()["items"]
    drawing = render_silhouette({"neck": 340}, breasts=True)

    drawn = set(re.findall(r'data-measurement="(\w+)"', drawing))
    assert drawn == {item["name"] for item in items if item["in_silhouette"]}


async def test_the_flag_filters_what_is_shown(client: httpx.AsyncClient) -> None:
    assert await names(client, breasts="true") == list(CATALOGUE)
    assert await names(client, breasts="false") == [
        name for name in CATALOGUE if name not in ONLY_WITH
    ]


async def test_a_client_that_has_it_is_not_sent_it_again(client: httpx.AsyncClient) -> None:
    tags = {}
    for breasts in ("", "?breasts=true", "?breasts=false"):
        fresh = await client.get(PATH + breasts)
        tags[breasts] = fresh.headers["ETag"]
        same = await client.get(PATH + breasts, headers={"If-None-Match": fresh.headers["ETag"]})

        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["ETag"] == fresh.headers["ETag"]
        assert same.headers["Cache-Control"] == "public, max-age=3600"

    other = await client.get(PATH, headers={"If-None-Match": tags["?breasts=false"]})
    assert other.status_code == 200


@pytest.mark.parametrize("breasts", ["maybe", "", "2", "null", "\0"])
async def test_what_is_no_flag_is_refused(client: httpx.AsyncClient, breasts: str) -> None:
    response = await client.get(PATH, params={"breasts": breasts})

    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "query/breasts"


async def test_each_can_be_read_by_itself(client: httpx.AsyncClient) -> None:
    items = (await client.get(PATH)).json()["items"]

    assert [(await client.get(f"{PATH}/{item['name']}")).json() for item in items] == items


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("chestCircumference", "This is now called chest"),
        ("chset", "Not a known measurement; did you mean chest?"),
        ("seatFront", "Worked out from other measurements when drafting; leave it out"),
        ("check", "Not a known measurement; did you mean neck?"),
    ],
)
async def test_another_name_is_told_what_to_ask_for(
    client: httpx.AsyncClient, name: str, said: str
) -> None:
    response = await client.get(f"{PATH}/{name}")

    assert_problem(response, 404, "not-found")
    assert response.json()["detail"] == said


@pytest.mark.parametrize("path", ["", "/chest"])
async def test_a_version_may_be_kept_for_ever(client: httpx.AsyncClient, path: str) -> None:
    version = (await client.get(PATH)).json()["version"]

    kept = await client.get(f"{PATH}{path}?version={version}")
    gone = await client.get(PATH + path, params={"version": "4.9.0-00000000"})

    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert kept.json() == (await client.get(PATH + path)).json()
    same = {"If-None-Match": kept.headers["ETag"]}
    assert (await client.get(PATH + path, headers=same)).status_code == 304
    assert gone.status_code == 404
    assert version in gone.json()["detail"]
