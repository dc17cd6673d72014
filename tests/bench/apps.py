"""The applications that are compared, for uvicorn to load by name."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from dressform.access_log.middleware import AccessLogMiddleware
from dressform.api.app import Application, create_app
from dressform.settings.loader import load_settings


class _OnlyRequestId:
    """What the rest of the house needs of the access log, without the log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["request_id"] = UUID(int=0)
        await self.app(scope, receive, send)


class _Unlogged(Application):
    def build_middleware_stack(self) -> ASGIApp:
        logged = super().build_middleware_stack()
        assert isinstance(logged, AccessLogMiddleware)
        return _OnlyRequestId(logged.app)


def unlogged() -> FastAPI:
    """The same application with the access log left out."""
    app = create_app(load_settings())
    app.__class__ = _Unlogged
    return app


def bare() -> Starlette:
    """The least that could answer the same bytes: one route, one query by primary key."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        dsn = os.environ["BENCH_DSN"]
        async with asyncpg.create_pool(dsn, min_size=10, max_size=10) as pool:
            app.state.pool = pool
            yield

    async def read(request: Request) -> Response:
        body = await request.app.state.pool.fetchval(
            "SELECT body FROM bench_model WHERE id = $1", UUID(request.path_params["model_id"])
        )
        return Response(body, media_type="application/json")

    return Starlette(routes=[Route("/v1/models/{model_id}", read)], lifespan=lifespan)
