"""The directory finds what the framework would have found, and leaves it the rest."""

import re
from itertools import product
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Match

from dressform.app import ROUTERS
from dressform.routers.directory import Directory
from tests.answers import assert_problem

ROUTES = [
    route for module in ROUTERS for route in module.router.routes if isinstance(route, APIRoute)
]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ID = "019a0000-0000-7000-8000-000000000000"


def paths(app: FastAPI) -> set[str]:
    known = {context.path or "" for context in iter_route_contexts(app.routes)}
    filled = {re.sub(r"{\w+}", ID, path) for path in known} | {"/v1/profiles/me"}
    return filled | {f"{path}/" for path in filled} | {"", "//", "/v1", "/v1/nothing"}


async def test_every_request_reaches_the_route_that_the_list_would_give(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: list[object] = []

    async def handle(route: APIRoute, *_: object) -> None:
        reached.append(route)

    async def router(*_: object) -> None:
        reached.append(None)

    monkeypatch.setattr(APIRoute, "handle", handle)
    directory = Directory(router, ROUTES)
    for path, method in product(paths(app), METHODS):
        scope = {"type": "http", "method": method, "path": path, "root_path": ""}
        matching = (r for r in ROUTES if r.matches(dict(scope))[0] is Match.FULL)
        await directory(scope, _never, _never)

        assert reached.pop() is next(matching, None)


async def _never(*_: object) -> Any:
    raise AssertionError


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/models/", "/v1/none", "/metrics/", "//v1/models"]
)
async def test_what_it_does_not_know_is_a_404_or_a_page(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path)

    if path == "/":
        assert answer.status_code == 200
    else:
        assert_problem(answer, 404, "not-found")
