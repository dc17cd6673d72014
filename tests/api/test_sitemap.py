from xml.etree import ElementTree as ET

import httpx
from fastapi import FastAPI

from dressform.db.unit_of_work import UnitOfWorkFactory
from tests.helpers.editions import publish_edition

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"
ADDRESS = "http://localhost:8000"


async def read(client: httpx.AsyncClient) -> ET.Element:
    response = await client.get("/sitemap.xml")
    assert response.headers["content-type"] == "application/xml; charset=utf-8"
    return ET.fromstring(response.content)


async def test_it_lists_every_public_page_in_each_language(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory
) -> None:
    await publish_edition(uows)
    pages = [f"{ADDRESS}/{path}" for path in ("privacy", "dataset", "dataset/2027")]

    found = [each.text for each in (await read(client)).iter(f"{SITEMAP}loc")]

    assert found == [
        f"{ADDRESS}/",
        *(address for page in pages for address in (page, f"{page}?language=fr")),
    ]
    for address in found:
        assert (await client.get(str(address))).status_code == 200


async def test_each_page_names_the_same_others_as_its_own_links_do(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory
) -> None:
    await publish_edition(uows)

    for entry in (await read(client)).iter(f"{SITEMAP}url"):
        html = (await client.get(str(entry.findtext(f"{SITEMAP}loc")))).text
        links = {(each.get("hreflang"), each.get("href")) for each in entry.iter(f"{XHTML}link")}

        assert f'rel="canonical" href="{entry.findtext(f"{SITEMAP}loc")}"' in html
        assert len(links) in (0, 3)
        for language, address in links:
            assert f'hreflang="{language}" href="{address}"' in html


async def test_an_edition_has_the_day_on_which_it_appeared(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory
) -> None:
    await publish_edition(uows)

    days = {
        entry.findtext(f"{SITEMAP}loc"): entry.findtext(f"{SITEMAP}lastmod")
        for entry in (await read(client)).iter(f"{SITEMAP}url")
    }

    assert days[f"{ADDRESS}/dataset/2027"] == "2026-03-01"
    assert days[f"{ADDRESS}/dataset"] is None


async def test_robots_are_told_where_it_is(app: FastAPI, client: httpx.AsyncClient) -> None:
    response = await client.get("/robots.txt")

    assert response.headers["content-type"].startswith("text/plain")
    assert f"Sitemap: {ADDRESS}/sitemap.xml" in response.text.splitlines()
