"""Whatever goes wrong is told as a problem document, by every part of the application."""

import logging

import httpx
import pytest
from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from tests.helpers.assertions import assert_problem
from tests.helpers.members import MemberClient

MODELS = "/v1/models"
JSON = {"Content-Type": "application/json"}


def assert_told(response: httpx.Response, status: int, slug: str) -> None:
    """A problem document and nothing else, under the headers of every answer."""
    assert_problem(response, status, slug)
    assert set(response.json()) - {"errors"} == {"type", "title", "status", "detail", "instance"}
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/v1", "/v1/models/", "/v1/profiles/me/", "/%00", "//v1/models", "/v1/Models"],
)
async def test_unknown_addresses_are_told_so_and_never_redirected(
    ada: MemberClient, path: str
) -> None:
    url = httpx.URL("http://localhost:8000").copy_with(raw_path=path.encode())

    for verb in ("GET", "POST", "DELETE"):
        response = await ada.client.request(verb, url, headers=ada.headers)

        assert_told(response, 404, "not-found")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/models", "GET, POST"),
        ("/v1/profiles/me", "GET, PATCH"),
        ("/v1/profiles/me/picture", "DELETE, GET, PUT"),
        ("/v1/models/019a0000-0000-7000-8000-000000000000", "DELETE, GET, PATCH"),
        ("/v1/privacy/erasure", "POST"),
        ("/health/live", "GET"),
    ],
)
async def test_other_methods_are_told_all_that_an_address_takes(
    ada: MemberClient, path: str, allowed: str
) -> None:
    for verb in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"):
        if verb in allowed.split(", "):
            continue
        response = await ada.request(verb, path)

        assert_told(response, 405, "method-not-allowed")
        assert response.headers["Allow"] == allowed


async def test_who_is_not_signed_in_is_told_how(client: httpx.AsyncClient) -> None:
    response = await client.get(MODELS)

    assert_told(response, 401, "unauthenticated")
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b'{"name": "Me",}',
        b"\xff\xfe",
        b'{"name": "\xc3\x28"}',
        b'{"name": ' + b"1" * 5000 + b"}",
        b"[" * 4_000,
        b'{"a":' * 4_000,
        b"Name=Me",
    ],
    ids=["cut", "comma", "utf-16", "not utf-8", "digits", "deep", "deeper", "form"],
)
async def test_what_is_not_json_is_unreadable(ada: MemberClient, content: bytes) -> None:
    response = await ada.request("POST", MODELS, content=content, headers=JSON)

    assert_told(response, 400, "malformed-request")


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"a":' * 40_000, b"[0" + b",0" * 5_000])
async def test_body_of_too_many_values_is_not_parsed(ada: MemberClient, content: bytes) -> None:
    response = await ada.request("POST", MODELS, content=content, headers=JSON)

    assert_told(response, 413, "too-large")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "", "nonsense"]
)
async def test_json_that_is_not_called_so_does_not_fit(ada: MemberClient, kind: str) -> None:
    body = b'{"name": "Me", "breasts": false}'

    response = await ada.request("POST", MODELS, content=body, headers={"Content-Type": kind})

    assert_told(response, 422, "invalid-input")
    assert response.json()["errors"][0]["pointer"] == "#"
    assert (await ada.request("GET", MODELS)).json()["items"] == []


async def test_every_field_that_does_not_fit_is_named_at_once(ada: MemberClient) -> None:
    body = {"breasts": "no", "measurements": {"chest": -1, "neck": "x"}, "a/b~c": 1}

    response = await ada.request("POST", MODELS, json=body)

    assert_told(response, 422, "invalid-input")
    assert [error["pointer"] for error in response.json()["errors"]] == [
        "#/name",
        "#/breasts",
        "#/measurements/chest",
        "#/measurements/neck",
        "#/a~1b~0c",
    ]


UNKNOWN = {f"{number:x}": 0 for number in range(4_000)}


@pytest.mark.parametrize(
    ("method", "path", "body", "place"),
    [
        ("POST", "/v1/auth/login", UNKNOWN, "#"),
        ("POST", "/v1/auth/refresh", UNKNOWN, "#"),
        ("PATCH", "/v1/profiles/me", UNKNOWN, "#"),
        ("PATCH", "/v1/profiles/me", {"social_accounts": UNKNOWN}, "#/social_accounts"),
        ("POST", MODELS, {"name": "Me", "measurements": UNKNOWN}, "#/measurements"),
    ],
)
async def test_thousands_of_unknown_fields_are_one_error(
    ada: MemberClient, method: str, path: str, body: dict[str, object], place: str
) -> None:
    """To make one of each would take the loop that serves everybody a third of a second."""
    response = await ada.request(method, path, json=body)

    assert_told(response, 422, "invalid-input")
    assert response.json()["errors"] == [
        {"pointer": place, "detail": "must not have more than 100 fields"}
    ]


async def test_as_many_fields_as_may_be_sent_are_named_one_by_one(
    client: httpx.AsyncClient,
) -> None:
    body = dict(list(UNKNOWN.items())[:100])

    response = await client.post("/v1/auth/login", json=body)

    assert_told(response, 422, "invalid-input")
    assert len(response.json()["errors"]) == 100
    assert len(response.content) < 20_000


async def test_an_answer_stays_small_whatever_is_wrong(ada: MemberClient) -> None:
    unknown = dict(list(UNKNOWN.items())[:100])
    body = {"name": "Me", "breasts": True, "measurements": unknown}

    response = await ada.request("POST", MODELS, json=body)

    assert_told(response, 422, "invalid-input")
    assert len(response.json()["errors"]) == 100
    assert len(response.content) < 20_000


async def test_what_breaks_inside_stays_inside(
    ada: MemberClient, uows: UnitOfWorkFactory, caplog: pytest.LogCaptureFixture
) -> None:
    """A row that somebody tampered with can't be opened: that is our trouble, not the client's."""
    model = await ada.add_model(name="A secret name")
    async with uows.transaction() as uow:
        await uow.connection.execute(text("UPDATE model SET sealed = substr(sealed, 2)"))

    with caplog.at_level(logging.DEBUG):
        response = await ada.request("GET", f"{MODELS}/{model}")

    assert_told(response, 500, "internal-error")
    assert set(response.json()) == {"type", "title", "status", "detail", "instance"}
    for inside in ("seal", "secret", "model", "Traceback", ada.email):
        assert inside not in response.text
    assert "A secret name" not in caplog.text
