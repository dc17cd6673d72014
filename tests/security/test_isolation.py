"""No route shows or changes anything of one member to another, nor to who is not signed in.

Every route of the application is gone over: a new one that is not entered here fails the tests.
"""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from tests.helpers.assertions import assert_problem, comparable_response
from tests.helpers.consents import AGREED, agree
from tests.helpers.images import make_image
from tests.helpers.members import CreateMember, MemberClient

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
IMAGE = {"Content-Type": "image/png"}

PUBLIC = {
    "GET /.well-known/jwks.json",
    "GET /health/live",
    "GET /health/ready",
    "GET /health/retention",
    "GET /metrics",
    "GET /v1/auth/session",
    "GET /v1/dataset",
    "GET /v1/dataset/editions/{edition}",
    "GET /v1/dataset/editions/{edition}/files/{file}",
    "GET /v1/measurements",
    "GET /v1/measurements/{name}",
    "GET /v1/pictures",
    "GET /v1/privacy/notice",
    "GET /v1/privacy/status",
    "HEAD /v1/dataset/editions/{edition}/files/{file}",
    "POST /v1/auth/email/confirm",
    "POST /v1/auth/reopen",
    "POST /v1/auth/link",
    "POST /v1/auth/link/code",
    "POST /v1/auth/link/redeem",
    "POST /v1/auth/login",
    "POST /v1/auth/logout",
    "POST /v1/auth/password/forgot",
    "POST /v1/auth/password/reset",
    "POST /v1/auth/refresh",
    "POST /v1/auth/register",
    "POST /v1/auth/resend",
    "POST /v1/auth/verify-email",
    "POST /v1/mail/bounces",
    "POST /v1/measurements/check",
    "POST /v1/measurements/estimates",
}
OF_ONESELF = {
    "DELETE /v1/auth/sessions",
    "DELETE /v1/profiles/me/picture",
    "GET /v1/auth/sessions",
    "GET /v1/models",
    "GET /v1/privacy/consents",
    "GET /v1/privacy/export",
    "GET /v1/profiles/me",
    "GET /v1/profiles/me/picture",
    "GET /v1/profiles/me/picture/address",
    "PATCH /v1/profiles/me",
    "POST /v1/auth/email/change",
    "POST /v1/auth/password/change",
    "POST /v1/models",
    "POST /v1/models/import",
    "POST /v1/privacy/erasure",
    "PUT /v1/privacy/consents/open-dataset",
    "PUT /v1/privacy/restriction",
    "PUT /v1/profiles/me/picture",
}
BY_OWNED_ID = {
    "DELETE /v1/auth/sessions/{session_id}",
    "PATCH /v1/auth/sessions/{session_id}",
    "DELETE /v1/models/{model_id}",
    "DELETE /v1/models/{model_id}/avatar",
    "GET /v1/models/{model_id}",
    "GET /v1/models/{model_id}/avatar",
    "GET /v1/models/{model_id}/avatar/address",
    "GET /v1/models/{model_id}/silhouette.svg",
    "GET /v1/models/{model_id}/export",
    "GET /v1/models/{model_id}/warnings",
    "PATCH /v1/models/{model_id}",
    "POST /v1/models/{model_id}/copy",
    "PUT /v1/models/{model_id}/avatar",
}
FOR_MEMBERS = {
    "GET /v1/profiles/{username}",
    "GET /v1/profiles/{username}/picture",
    "GET /v1/profiles/{username}/picture/address",
}
FOR_OPERATORS = {"GET /v1/operations/lookups", "GET /v1/operations/requests"}
SECURED = OF_ONESELF | BY_OWNED_ID | FOR_MEMBERS | FOR_OPERATORS

BODIES: dict[str, dict[str, Any]] = {
    "GET /v1/models/{model_id}/export": {"params": {"format": "csv"}},
    "PATCH /v1/auth/sessions/{session_id}": {"json": {"name": "Stolen"}},
    "PATCH /v1/models/{model_id}": {"json": {"name": "Stolen", "measurements": {"neck": 1}}},
    "PATCH /v1/profiles/me": {"json": {}},
    "POST /v1/auth/email/change": {"json": {"password": "wrong", "new_email": "e@example.org"}},
    "POST /v1/auth/password/change": {
        "json": {"current_password": "wrong", "new_password": "eleven quiet looms at dusk"}
    },
    "POST /v1/models": {"json": {"name": "Mallory's", "breasts": True}},
    "POST /v1/models/{model_id}/copy": {"json": {"name": "Stolen"}},
    "POST /v1/models/import": {"content": b"chest,1105"},
    "POST /v1/privacy/erasure": {"json": {"password": "wrong"}},
    "PUT /v1/models/{model_id}/avatar": {"content": make_image(colour="red"), "headers": IMAGE},
    "PUT /v1/privacy/consents/open-dataset": {"json": AGREED},
    "PUT /v1/privacy/restriction": {"json": {"password": "wrong", "restricted": True}},
    "PUT /v1/profiles/me/picture": {"content": make_image(colour="red"), "headers": IMAGE},
}

NAME, NECK, BIO = "Ada, seated", 418.25, "Ada sews at night."


@dataclass(frozen=True)
class Owned:
    """What is Ada's: her ids by the name of their parameter, and her values as they are told."""

    ids: dict[str, str]
    values: tuple[bytes, ...]
    avatar: bytes


@pytest.fixture
async def owned(ada: MemberClient) -> Owned:
    await ada.request("PATCH", "/v1/profiles/me", json={"bio": BIO})
    model = await ada.add_model(name=NAME, measurements={"neck": NECK})
    avatar = f"/v1/models/{model}/avatar"
    assert (
        await ada.request("PUT", avatar, content=make_image(), headers=IMAGE)
    ).status_code == 204
    assert (await agree(ada, model_id=model)).status_code == 200
    (session,) = (await ada.request("GET", "/v1/auth/sessions")).json()["items"]
    ids = {"model_id": model, "session_id": session["id"], "username": "ada"}
    values = (NAME, str(NECK), BIO, ada.email, model, session["id"])
    webp = (await ada.request("GET", avatar)).content
    return Owned(ids, tuple(value.encode() for value in values), webp)


@pytest.fixture
async def mallory(create_member: CreateMember) -> MemberClient:
    return await create_member("mallory")


def routes(app: FastAPI) -> dict[str, dict[str, Any]]:
    """Every operation by its method and path."""
    return {
        f"{method.upper()} {path}": operation
        for path, operations in app.openapi()["paths"].items()
        for method, operation in operations.items()
        if method.upper() in VERBS
    }


def asking_for(route: str, ids: dict[str, str]) -> tuple[str, str]:
    method, path = route.split(" ")
    return method, path.format(**ids)


def assert_nothing_told(response: httpx.Response, owned: Owned) -> None:
    told = response.content + repr(response.headers).encode()
    for value in (*owned.values, owned.avatar):
        assert value not in told, (value[:40], response.request.url)


async def everything(ada: MemberClient, owned: Owned) -> tuple[object, bytes]:
    """All that is Ada's, as she reads it."""
    avatar = await ada.request("GET", f"/v1/models/{owned.ids['model_id']}/avatar")
    return (await ada.request("GET", "/v1/privacy/export")).json(), avatar.content


def test_every_route_is_known_here(app: FastAPI) -> None:
    assert set(routes(app)) == PUBLIC | SECURED
    assert BODIES.keys() <= OF_ONESELF | BY_OWNED_ID


def test_the_document_says_which_routes_need_a_token(app: FastAPI) -> None:
    secured = {route for route, operation in routes(app).items() if operation.get("security")}

    assert secured == SECURED


def test_every_route_with_a_parameter_in_its_path_is_of_somebody() -> None:
    assert {route for route in BY_OWNED_ID | FOR_MEMBERS if "{" not in route} == set()
    of_nobody = {
        "GET /v1/dataset/editions/{edition}",
        "GET /v1/dataset/editions/{edition}/files/{file}",
        "GET /v1/measurements/{name}",
        "HEAD /v1/dataset/editions/{edition}/files/{file}",
    }
    assert {route for route in PUBLIC | OF_ONESELF | FOR_OPERATORS if "{" in route} == of_nobody


@pytest.mark.parametrize("route", sorted(SECURED))
async def test_without_a_token_nothing_is_told_or_done(
    ada: MemberClient, owned: Owned, route: str
) -> None:
    before = await everything(ada, owned)
    method, path = asking_for(route, owned.ids)
    body = BODIES.get(route, {})
    headers = body.get("headers", {})
    for authorization in (None, "", "Bearer", "Bearer x.y.z", "Basic YWRhOmFkYQ==", "Bearer null"):
        given = {} if authorization is None else {"Authorization": authorization}

        response = await ada.client.request(method, path, **body | {"headers": headers | given})

        assert_problem(response, 401, "unauthenticated")
        assert_nothing_told(response, owned)
    assert await everything(ada, owned) == before


@pytest.mark.parametrize("route", sorted(BY_OWNED_ID))
async def test_what_is_anothers_looks_as_if_it_did_not_exist(
    ada: MemberClient, mallory: MemberClient, owned: Owned, route: str
) -> None:
    before = await everything(ada, owned)
    method, path = asking_for(route, owned.ids)
    nobodys = asking_for(route, {name: str(uuid4()) for name in owned.ids})[1]

    hers = await mallory.request(method, path, **BODIES.get(route, {}))
    none = await mallory.request(method, nobodys, **BODIES.get(route, {}))

    assert_problem(hers, 404, "not-found")
    assert comparable_response(hers) == comparable_response(none)
    assert_nothing_told(hers, owned)
    assert await everything(ada, owned) == before


@pytest.mark.parametrize("verb", VERBS)
async def test_no_verb_at_all_reaches_anothers_by_its_id(
    app: FastAPI, ada: MemberClient, mallory: MemberClient, owned: Owned, verb: str
) -> None:
    before = await everything(ada, owned)
    paths = {route.split(" ")[1] for route in BY_OWNED_ID}
    for path in paths:
        response = await mallory.request(verb, path.format(**owned.ids))

        known = f"{verb} {path}" in routes(app)
        # A change without a body is refused before anybody looks for what it would change.
        assert response.status_code in ({404, 422} if known else {405}), path
        assert_nothing_told(response, owned)
    assert await everything(ada, owned) == before


@pytest.mark.parametrize("route", sorted(OF_ONESELF))
async def test_ones_own_routes_tell_and_change_nothing_of_anybody_else(
    ada: MemberClient, mallory: MemberClient, owned: Owned, route: str
) -> None:
    before = await everything(ada, owned)
    method, path = asking_for(route, owned.ids)
    smuggled = {"account_id": "ada", "username": "ada", "model_id": owned.ids["model_id"]}

    response = await mallory.request(method, path, params=smuggled, **BODIES.get(route, {}))

    assert response.status_code < 500
    assert_nothing_told(response, owned)
    assert await everything(ada, owned) == before


@pytest.mark.parametrize("route", sorted(FOR_MEMBERS))
async def test_members_see_of_each_other_what_is_meant_for_them_alone(
    ada: MemberClient, mallory: MemberClient, owned: Owned, route: str
) -> None:
    response = await mallory.request(*asking_for(route, owned.ids))

    assert BIO.encode() not in response.content or route.endswith("{username}")
    for value in owned.values:
        assert value == BIO.encode() or value not in response.content


@pytest.mark.parametrize("route", sorted(FOR_OPERATORS))
async def test_what_is_for_operators_is_for_no_other_member(
    mallory: MemberClient, owned: Owned, route: str
) -> None:
    response = await mallory.request(*asking_for(route, owned.ids))

    assert_problem(response, 403, "not-an-operator")
    assert_nothing_told(response, owned)


async def test_a_refresh_token_of_another_session_ends_only_its_own(
    ada: MemberClient, mallory: MemberClient, owned: Owned
) -> None:
    await mallory.client.post("/v1/auth/logout", json={"refresh_token": mallory.refresh_token})

    assert (await mallory.request("GET", "/v1/models")).status_code == 401
    assert (await ada.request("GET", "/v1/models")).status_code == 200
