"""The open dataset as people see it."""

import re
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from dressform.database import Units
from tests.browser import browsing, needs_chromium, serving
from tests.conftest import MovableClock
from tests.editions import FILES, published
from tests.routers.test_dataset import drawn

PAGES = ["/dataset", "/dataset/2027"]
PICTURES = [file for file in FILES if file.name.endswith(".svg")]
SAME = {"Distributions", "Quantiles", "English", "Français", "Dressform", "mm"}
"""Words that both languages have."""


class Words(HTMLParser):
    """What a page says, and what it shows to who does not see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.alts: list[str | None] = []
        self.language: str | None = None
        self._code = 0
        self._rows = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._code += tag == "code"
        self._rows += tag == "tbody"
        if tag == "html":
            self.language = given["lang"]
        if tag == "img":
            self.alts.append(given["alt"])

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag == "code"
        self._rows -= tag == "tbody"

    def handle_data(self, data: str) -> None:
        if not self._code and not self._rows and re.search(r"[^\W\d_]{3}", data):
            self.said.append(data.strip())


async def shown(client: httpx.AsyncClient, path: str, **headers: str) -> Words:
    response = await client.get(path, headers=headers)
    assert response.status_code == 200, response.text
    return Words(response.text)


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_shut_tight(client: httpx.AsyncClient, units: Units, path: str) -> None:
    """The licence is the one thing elsewhere that it leads to, and it loads nothing from there."""
    await published(units)

    response = await client.get(path)

    assert response.headers["content-security-policy"] == (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "connect-src 'self'; img-src 'self'; script-src 'self'; style-src 'self'"
    )
    assert set(re.findall(r'(\w+)="[^"]*://([^/"]+)', response.text)) == {
        ("href", "creativecommons.org")
    }
    assert not re.search(r"<script|<style|style=|onload=", response.text)


@pytest.mark.parametrize("path", PAGES)
async def test_every_link_leads_somewhere(
    client: httpx.AsyncClient, units: Units, path: str
) -> None:
    await published(units)
    address = httpx.URL(f"http://localhost:8000{path}")
    html = (await client.get(path)).text

    links = re.findall(r'(?:href|src)="([^"]+)"', html)

    assert len(links) > 4
    back = False
    for link in links:
        target = address.join(link)
        back |= target.path == "/"
        if target.host == "localhost":
            assert (await client.get(target)).status_code == 200, link
    assert back


async def test_without_an_edition_it_says_when_there_may_be_one(
    client: httpx.AsyncClient, clock: MovableClock
) -> None:
    page = await shown(client, "/dataset")
    french = await shown(client, "/dataset?language=fr")

    assert any(one.startswith("Not enough people yet") for one in page.said)
    assert "Next date: 1 March 2027, 00:00 UTC." in page.said
    assert any(one.startswith("Pas encore assez de monde") for one in french.said)
    assert "Prochaine date : 1er mars 2027, 00:00 UTC." in french.said


async def test_with_one_it_says_so(client: httpx.AsyncClient, units: Units) -> None:
    await drawn(units, 2027, "core")
    await published(units)

    page = await shown(client, "/dataset")

    assert "There are editions to download." in page.said
    assert ", of about 2,431 people (a count with noise)" in page.said


async def test_pictures_are_told_to_who_does_not_see_them(
    client: httpx.AsyncClient, units: Units
) -> None:
    await published(units)

    page = await shown(client, "/dataset/2027")

    assert sorted(filter(None, page.alts)) == sorted(file.title for file in PICTURES)


async def test_every_file_is_in_the_table(client: httpx.AsyncClient, units: Units) -> None:
    await published(units)

    html = (await client.get("/dataset/2027")).text

    for file in FILES:
        assert f'files/{file.name}">{file.name}</a></th>' in html
        assert f'<td class="number">{len(file.content):,}</td>' in html


@pytest.mark.parametrize("path", PAGES)
async def test_everything_is_said_in_french_too(
    client: httpx.AsyncClient, units: Units, path: str
) -> None:
    await published(units)

    english = await shown(client, path)
    french = await shown(client, f"{path}?language=fr")

    assert (english.language, french.language) == ("en", "fr")
    assert len(english.said) == len(french.said) > 15
    alike = set(english.said) & set(french.said) - SAME
    assert {one for one in alike if not re.fullmatch(r"/v1/dataset|CC0-1\.0|[0-9-]+", one)} == set()


@pytest.mark.parametrize(
    ("path", "headers", "language"),
    [
        ("/dataset", {}, "en"),
        ("/dataset", {"Accept-Language": "fr-CA,fr;q=0.9,en;q=0.8"}, "fr"),
        ("/dataset", {"Accept-Language": "FR"}, "fr"),
        ("/dataset", {"Accept-Language": "de,fr;q=0.5"}, "en"),
        ("/dataset?language=en", {"Accept-Language": "fr"}, "en"),
        ("/dataset?language=fr", {"Accept-Language": "en"}, "fr"),
    ],
)
async def test_the_language_is_the_readers(
    client: httpx.AsyncClient, path: str, headers: dict[str, str], language: str
) -> None:
    assert (await shown(client, path, **headers)).language == language


async def test_numbers_are_written_as_in_the_language(client: httpx.AsyncClient) -> None:
    english = (await shown(client, "/dataset")).said
    french = (await shown(client, "/dataset?language=fr")).said

    assert "From 500 people on: an edition of 8 measurements" in english
    assert "From 2,000 people on: an edition of 20 measurements" in english
    assert "ε = 1.62, δ = 0.000001" in (await client.get("/dataset")).text
    assert "À partir de 2\u202f000 personnes : une édition de 20 mesures" in french
    assert any(one.endswith(" = 0,0676") for one in french)


async def test_a_title_is_text(client: httpx.AsyncClient, units: Units) -> None:
    await published(units)

    html = (await client.get("/dataset/2027")).text

    assert "&lt;in mm&gt;" in html
    assert "<in mm>" not in html


@needs_chromium
@pytest.mark.slow
@pytest.mark.parametrize("name", ["2027", "2027-2028"])
async def test_a_browser_shows_the_pictures(
    app: FastAPI, units: Units, tmp_path: Path, name: str
) -> None:
    """Under its strict policy, with no word of complaint and no request to another host."""
    await published(units, name)
    drawn_all = "[...document.images].every((one) => one.complete && one.naturalWidth > 0)"

    async with serving(app) as url, browsing(tmp_path) as page:
        await page.visit(f"{url}/dataset/{name}")
        await page.until("document.readyState === 'complete'")
        await page.run("for (const one of document.images) one.loading = 'eager'")
        await page.until(f"document.images.length === {len(PICTURES)} && {drawn_all}")
        wide = await page.run("document.documentElement.scrollWidth > window.innerWidth")

    assert page.complaints == []
    assert [one for one in page.requests if not one.startswith(url)] == []
    assert wide is False
