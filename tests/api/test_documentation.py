import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from dressform import errors
from dressform.api.app import create_app
from dressform.settings.settings import Settings
from tests.helpers.browser import browsing, needs_chromium, serving

PAGES = ["/", "/docs", "/redoc", "/problems"]


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_loads_nothing_from_elsewhere(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)

    policy = response.headers["content-security-policy"]
    assert response.status_code == 200
    own_address = '<link rel="canonical" href="http://localhost:8000/">'
    assert "://" not in response.text.replace(own_address, "")
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "script-src 'self';" in policy


@pytest.mark.parametrize("path", PAGES)
async def test_assets_are_there_for_good(client: httpx.AsyncClient, path: str) -> None:
    html = (await client.get(path)).text
    found = re.findall(r'"(assets/[^"]+)"', html)

    assert found
    for asset in found:
        response = await client.get(f"/{asset}")
        assert response.status_code == 200
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_links_of_the_first_page_lead_somewhere(client: httpx.AsyncClient) -> None:
    html = (await client.get("/")).text

    for link in re.findall(r'<a href="([^"]+)"', html):
        assert (await client.get(f"/{link}")).status_code == 200


async def test_code_is_marked_as_code(client: httpx.AsyncClient) -> None:
    html = (await client.get("/problems")).text

    assert "`" not in html
    assert "with <code>since</code> and <code>until</code>." in html


async def test_another_version_of_an_asset_is_not_there(client: httpx.AsyncClient) -> None:
    response = await client.get("/assets/0000000000000000/page.css")

    assert response.status_code == 404


async def test_redoc_has_no_logo_of_another_host(client: httpx.AsyncClient) -> None:
    html = (await client.get("/redoc")).text
    (path,) = re.findall(r'"(assets/[^"]+redoc.standalone.js)"', html)

    assert "cdn." not in (await client.get(f"/{path}")).text


async def test_a_nonce_is_never_used_again(client: httpx.AsyncClient) -> None:
    policies = {(await client.get("/redoc")).headers["content-security-policy"] for _ in range(3)}

    assert len(policies) == 3


async def test_every_error_is_explained(client: httpx.AsyncClient) -> None:
    """The `type` of a problem leads there."""
    html = (await client.get("/problems")).text
    slugs = {
        kind.slug
        for kind in vars(errors).values()
        if isinstance(kind, type) and hasattr(kind, "slug")
    }

    assert slugs == set(re.findall(r'<section id="([^"]+)"', html))


@needs_chromium
@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "drawn"),
    [
        ("/docs", "document.querySelectorAll('.opblock').length > 30"),
        ("/redoc", "document.querySelectorAll('[data-section-id]').length > 30"),
    ],
)
async def test_a_browser_shows_the_api(app: FastAPI, tmp_path: Path, path: str, drawn: str) -> None:
    """Under its strict policy, with no word of complaint and no request to another host."""
    async with serving(app) as url, browsing(tmp_path) as page:
        await page.visit(f"{url}{path}")
        await page.until(drawn)
        await page.until("document.readyState === 'complete'")

    foreign = [one for one in page.requests if not one.startswith((url, "data:", f"blob:{url}"))]
    assert page.complaints == []
    assert foreign == []
    assert f"{url}/openapi.json" in page.requests


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for path in document["paths"].values() for one in path.values()]


def test_every_operation_says_what_it_is(document: dict[str, Any]) -> None:
    found = operations(document)

    assert len(found) > 30
    for operation in found:
        assert operation["summary"]
        assert operation["description"].endswith(".")
        assert "security" in operation


def test_whom_to_write_to_is_the_sites_own(settings: Settings) -> None:
    """Nobody is sent to the example's address."""
    site, contact = "https://sewing.example", "privacy@sewing.example"
    own = settings.model_copy(update={"site_url": site, "contact": contact})
    infos = [create_app(one).openapi()["info"]["contact"] for one in (settings, own)]

    name = {"name": "The people who run this site"}
    assert infos == [
        name | {"url": "http://localhost:8000/"},
        name | {"url": f"{site}/", "email": contact},
    ]


def test_whatever_is_sent_has_an_example(document: dict[str, Any]) -> None:
    for operation in operations(document):
        assert all("example" in one for one in operation.get("parameters", []))
        parts = [operation.get("requestBody", {}), *operation["responses"].values()]
        for media_type, content in [
            pair for part in parts for pair in part.get("content", {}).items()
        ]:
            assert media_type.startswith("image/") or content.keys() & {"example", "examples"}


def test_every_answer_says_its_headers(document: dict[str, Any]) -> None:
    for operation in operations(document):
        for status, answer in operation["responses"].items():
            headers = answer["headers"].keys()
            assert "X-Request-ID" in headers
            assert ("Retry-After" in headers) == (status in {"429", "503"})
            assert ("WWW-Authenticate" in headers) == (status == "401")
            assert ("Location" in headers) == (status == "201")


def test_every_text_number_and_list_has_its_limits(document: dict[str, Any]) -> None:
    schemas = list(below(document["components"]["schemas"]))

    assert len(schemas) > 200
    for schema in schemas:
        match schema.get("type"):
            case "string":
                formats = {"uuid", "date-time", "date", "binary"}
                assert schema.keys() & {"maxLength", "enum", "const"} or schema["format"] in formats
            case "integer":
                assert schema["format"] in {"int32", "int64"}
                assert {"minimum", "maximum"} <= schema.keys()
            case "array":
                assert "maxItems" in schema


def below(value: Any) -> Iterator[dict[str, Any]]:
    """Every schema in there, whichever way it is nested."""
    if isinstance(value, dict):
        if isinstance(value.get("type"), str):
            yield value
        for key, child in value.items():
            if key not in {"example", "examples"}:
                yield from below(child)
    elif isinstance(value, list):
        for child in value:
            yield from below(child)


@pytest.fixture
def document(app: FastAPI) -> dict[str, Any]:
    return app.openapi()
