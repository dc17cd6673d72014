import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from fastapi import FastAPI
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

from dressform import errors
from dressform.api.app import create_app
from dressform.api.openapi_tags import TAGS
from dressform.api.openapi_yaml import to_yaml
from dressform.settings.settings import Settings
from tests.helpers.browser import needs_chromium, open_browser, serve_on_port

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
    async with serve_on_port(app) as url, open_browser(tmp_path) as page:
        await page.visit(f"{url}{path}")
        await page.wait_until(drawn)
        await page.wait_until("document.readyState === 'complete'")

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

    name = {"name": "The operators of this site"}
    assert infos == [
        name | {"url": "http://localhost:8000/"},
        name | {"url": f"{site}/", "email": contact},
    ]


def test_every_operation_is_named_by_its_endpoint_and_has_a_place(
    document: dict[str, Any],
) -> None:
    by_tag: dict[str, list[str]] = {tag.name: [] for tag in TAGS}
    for operation in operations(document):
        by_tag[operation["tags"][0]].append(operation["operationId"])

    assert {name: set(found) for name, found in by_tag.items()} == {
        tag.name: set(tag.operations) for tag in TAGS
    }
    assert [tag["name"] for tag in document["tags"]] == [tag.name for tag in TAGS]


def test_every_parameter_and_body_has_one_example(document: dict[str, Any]) -> None:
    for operation in operations(document):
        for parameter in operation.get("parameters", []):
            assert "example" in parameter
            assert not parameter["schema"].keys() & {"description", "example", "examples"}
        for part in (operation.get("requestBody", {}), *operation["responses"].values()):
            for media_type, content in part.get("content", {}).items():
                is_named = bool(content["schema"].keys() & {"$ref", "anyOf"})
                has_example = bool(content.keys() & {"example", "examples"})
                assert media_type.startswith("image/") or is_named or has_example


def test_every_schema_has_one_valid_example(document: dict[str, Any]) -> None:
    definitions = {"components": document["components"]}

    for name, schema in document["components"]["schemas"].items():
        (example,) = schema["examples"]
        validator = Draft202012Validator(
            {"$ref": f"#/components/schemas/{name}"} | definitions, format_checker=FormatChecker()
        )
        assert list(validator.iter_errors(example)) == [], name


def test_every_problem_response_has_valid_examples(document: dict[str, Any]) -> None:
    responses = document["components"]["responses"]

    for name, response in responses.items():
        (content,) = response["content"].values()
        examples = content.get("examples", {"": {"value": content.get("example")}})
        validator = Draft202012Validator(content["schema"] | {"components": document["components"]})
        for example in examples.values():
            assert list(validator.iter_errors(example["value"])) == [], name


def test_problems_are_written_once_and_referred_to(document: dict[str, Any]) -> None:
    """The readiness response is the only one that may be a problem or something else."""
    inline = {
        (operation["operationId"], status)
        for operation in operations(document)
        for status, response in operation["responses"].items()
        if "application/problem+json" in response.get("content", {})
    }

    assert inline == {("get_readiness", "503"), ("read_retention", "503")}


def test_yaml_is_small_and_has_no_aliases(document: dict[str, Any]) -> None:
    text = to_yaml(document)

    tokens = {type(token) for token in yaml.scan(text)}
    assert not tokens & {yaml.AnchorToken, yaml.AliasToken}
    assert len(text.encode()) < 320_000
    assert yaml.safe_load(text) == document


def test_every_response_has_its_headers(document: dict[str, Any]) -> None:
    shared = document["components"]["responses"]

    for operation in operations(document):
        for status, response in operation["responses"].items():
            name = response.get("$ref", "").rpartition("/")[2]
            headers = shared.get(name, response)["headers"].keys()
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
