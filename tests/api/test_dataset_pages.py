"""The open dataset as people see it."""

import json
import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.settings.settings import Settings
from tests.conftest import MovableClock
from tests.helpers.browser import needs_chromium, open_browser, serve_on_port
from tests.helpers.editions import FILES, publish_edition, record_draw
from tests.helpers.pages import PageText, fetch_page

PAGES = ["/dataset", "/dataset/2027"]
SCRIPT = '<script type="application/ld+json">'
"""Data, which no browser runs."""
PICTURES = {
    language: [file for file in FILES if file.name.endswith(f".{language}.svg")]
    for language in ("en", "fr")
}
ALIKE = r"/v1/dataset|CC0-1\.0|[0-9-]+|http://localhost:8000/\S+"
ADDRESS = "http://localhost:8000"
SAME = {"English", "Français", "Dressform", "mm", "localhost"}
"""Words that both languages have."""


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_shut_tight(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory, path: str
) -> None:
    """The licence is the one thing elsewhere that it leads to, and it loads nothing from there."""
    await publish_edition(uows)

    response = await client.get(path)

    assert response.headers["content-security-policy"] == (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "connect-src 'self'; img-src 'self'; script-src 'self'; style-src 'self'"
    )
    assert set(re.findall(r'(\w+)="[^"]*://([^/"]+)', response.text)) == {
        ("href", "creativecommons.org"),
        ("href", "localhost:8000"),
    }
    assert set(re.findall(r"<script[^>]*>", response.text)) == {SCRIPT}
    assert not re.search(r"<style|style=|onload=", response.text)


@pytest.mark.parametrize("path", PAGES)
async def test_every_link_leads_somewhere(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory, path: str
) -> None:
    await publish_edition(uows)
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
    page = await fetch_page(client, "/dataset")
    french = await fetch_page(client, "/dataset?language=fr")

    assert any(one.startswith("Not enough people yet") for one in page.texts)
    assert "Next date: 1 March 2027, 00:00 UTC." in page.texts
    assert any(one.startswith("Pas encore assez de monde") for one in french.texts)
    assert "Prochaine date : 1er mars 2027, 00:00 UTC." in french.texts


async def test_with_one_it_says_so(client: httpx.AsyncClient, uows: UnitOfWorkFactory) -> None:
    await record_draw(uows, 2027, "core")
    await publish_edition(uows)

    page = await fetch_page(client, "/dataset")

    assert "There are editions to download." in page.texts
    assert ", of about 2,431 people (a count with noise)" in page.texts


async def test_pictures_are_told_to_who_does_not_see_them(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory
) -> None:
    await publish_edition(uows)

    for language, pictures in PICTURES.items():
        page = await fetch_page(client, f"/dataset/2027?language={language}")

        assert sorted(filter(None, page.alts)) == sorted(file.title for file in pictures)


async def test_every_file_but_the_pictures_is_in_the_table(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory
) -> None:
    await publish_edition(uows)

    html = (await client.get("/dataset/2027")).text

    for file in FILES:
        if file.name.endswith(".svg"):
            assert f"{file.name}</a>" not in html
            continue
        assert f'files/{file.name}">{file.name}</a></th>' in html
        assert f'<td class="number">{len(file.content):,}</td>' in html


@pytest.mark.parametrize("path", PAGES)
async def test_everything_is_said_in_french_too(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory, path: str
) -> None:
    await publish_edition(uows)

    english = await fetch_page(client, path)
    french = await fetch_page(client, f"{path}?language=fr")

    assert (english.language, french.language) == ("en", "fr")
    assert len(english.texts) == len(french.texts) > 15
    alike = set(english.texts) & set(french.texts) - SAME
    assert {one for one in alike if not re.fullmatch(ALIKE, one)} == set()


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
    assert (await fetch_page(client, path, **headers)).language == language


async def test_numbers_are_written_as_in_the_language(client: httpx.AsyncClient) -> None:
    english = (await fetch_page(client, "/dataset")).texts
    french = (await fetch_page(client, "/dataset?language=fr")).texts

    assert "From 500 people on: an edition of 8 measurements" in english
    assert "From 2,000 people on: an edition of 20 measurements" in english
    assert "ε = 1.62, δ = 0.000001" in (await client.get("/dataset")).text
    assert "À partir de 2\u202f000 personnes : une édition de 20 mesures" in french
    assert any(one.endswith(" = 0,0676") for one in french)


async def test_a_title_is_text(client: httpx.AsyncClient, uows: UnitOfWorkFactory) -> None:
    await publish_edition(uows)

    html = (await client.get("/dataset/2027")).text

    assert "&lt;in mm&gt;" in html
    assert "<in mm>" not in html


@pytest.mark.parametrize("path", [*PAGES, "/privacy"])
async def test_a_page_tells_its_canonical_address_and_its_other_languages(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory, path: str
) -> None:
    await publish_edition(uows)
    alternates = {
        ("alternate", "en"): f"{ADDRESS}{path}",
        ("alternate", "fr"): f"{ADDRESS}{path}?language=fr",
        ("alternate", "x-default"): f"{ADDRESS}{path}",
    }

    plain, english, french = [
        (await fetch_page(client, path + query)).links
        for query in ("", "?language=en", "?language=fr")
    ]

    assert plain == english == alternates | {("canonical", ""): f"{ADDRESS}{path}"}
    assert french == alternates | {("canonical", ""): f"{ADDRESS}{path}?language=fr"}


async def test_the_dataset_s_own_address_is_the_canonical_one(
    app: FastAPI, client: httpx.AsyncClient, uows: UnitOfWorkFactory, settings: Settings
) -> None:
    """Changed settings change the pages at once, and no file of an edition."""
    await publish_edition(uows)
    before = (await client.get("/v1/dataset/editions/2027")).json()["files"]
    elsewhere = {"dataset_url": "https://d.example", "publisher": "X & Y", "contact": "d@d.example"}
    app.state.dressform = replace(
        app.state.dressform, settings=settings.model_copy(update=elsewhere)
    )

    page = await client.get("/dataset/2027")

    metadata = json.loads(page.text.partition(SCRIPT)[2].partition("</script>")[0])
    assert PageText(page.text).links["canonical", ""] == "https://d.example/dataset/2027"
    assert metadata["url"] == "https://d.example/dataset/2027"
    assert metadata["publisher"]["name"] == "X & Y"
    assert metadata["publisher"]["contactPoint"]["email"] == "d@d.example"
    assert "by X &amp; Y," in page.text
    assert (await client.get("/v1/dataset/editions/2027")).json()["files"] == before


async def test_it_says_which_columns_a_table_has_and_what_is_left_out(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory
) -> None:
    await publish_edition(uows)

    english = await client.get("/dataset/2027")
    french = await client.get("/dataset/2027?language=fr")

    assert (
        "<code>id</code>, <code>breasts</code>, and one for each of 2 measurements" in english.text
    )
    assert "<code>id</code>, <code>breasts</code>, et une pour chacune de 2 mesures" in french.text
    assert "<code>standard_error</code>" in english.text
    assert any("ends in standard_error" in one for one in PageText(english.text).texts)
    assert any("fewer than about 500 of them" in one for one in PageText(english.text).texts)
    assert any("moins de 500 environ" in one for one in PageText(french.text).texts)


async def test_files_are_described_in_the_reader_s_language(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory
) -> None:
    await publish_edition(uows)

    french = (await client.get("/dataset/2027?language=fr")).text

    assert "<td>Tous les fichiers dans une archive</td>" in french
    assert '<td lang="en">' not in french


@needs_chromium
@pytest.mark.slow
@pytest.mark.parametrize("name", ["2027", "2027-2028"])
async def test_a_browser_shows_the_pictures(
    app: FastAPI, uows: UnitOfWorkFactory, tmp_path: Path, name: str
) -> None:
    """Under its strict policy, with no word of complaint and no request to another host."""
    await publish_edition(uows, name)
    drawn_all = "[...document.images].every((one) => one.complete && one.naturalWidth > 0)"

    async with serve_on_port(app) as url, open_browser(tmp_path) as page:
        await page.visit(f"{url}/dataset/{name}")
        await page.wait_until("document.readyState === 'complete'")
        await page.run("for (const one of document.images) one.loading = 'eager'")
        await page.wait_until(f"document.images.length === {len(PICTURES['en'])} && {drawn_all}")
        wide = await page.run("document.documentElement.scrollWidth > window.innerWidth")

    assert page.complaints == []
    assert [one for one in page.requests if not one.startswith(url)] == []
    assert wide is False
