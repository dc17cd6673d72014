"""The application of one process: its state, middleware and routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from dressform import __version__
from dressform.access_log.client_address import TrustedProxies
from dressform.access_log.middleware import AccessLogMiddleware
from dressform.access_log.shipper import Shipper
from dressform.access_log.spool import check_writable
from dressform.api.background_tasks import run_background_tasks
from dressform.api.exception_handlers import add_exception_handlers
from dressform.api.middleware import add_middleware
from dressform.api.openapi import complete_document
from dressform.api.pages import dataset as dataset_pages
from dressform.api.pages import documentation, email_links, sitemap
from dressform.api.pages import privacy as privacy_pages
from dressform.api.routers import (
    access_log,
    account_security,
    avatars,
    consents,
    dataset,
    health,
    jwks,
    mail,
    measurements,
    metrics,
    model_import_export,
    models,
    new_models,
    own_sessions,
    picture_addresses,
    privacy,
    profiles,
    registration,
    sessions,
    sign_in_mails,
    silhouettes,
)
from dressform.api.state import create_state
from dressform.bootstrap import bootstrap
from dressform.clock import Clock
from dressform.crypto.signing_keys import check_signing_backend
from dressform.crypto.tokens import AccessTokens
from dressform.db.migrate import head_revisions
from dressform.http.problem_response import send_unavailable
from dressform.http.security_headers import HeadersMiddleware
from dressform.logging import formatters as logs
from dressform.settings.loader import load_settings
from dressform.settings.settings import Settings

ROUTERS = (
    models,
    avatars,
    profiles,
    picture_addresses,
    new_models,
    model_import_export,
    silhouettes,
    measurements,
    sessions,
    sign_in_mails,
    own_sessions,
    account_security,
    registration,
    privacy,
    consents,
    dataset,
    access_log,
    mail,
    jwks,
    health,
    metrics,
    documentation,
    email_links,
    dataset_pages,
    privacy_pages,
    sitemap,
)
"""In the order in which the path of a request is matched: the most frequent first."""

AUDIENCE = "dressform-api"


class Application(FastAPI):
    """FastAPI with the access log and the security headers around every response, also a 500."""

    shipper: Shipper
    """Set when the lifespan begins. An attribute, because a look-up in `state` is a call."""

    def build_middleware_stack(self) -> ASGIApp:
        process_settings: Settings = self.state.settings
        https = process_settings.public_url.startswith("https://")
        return AccessLogMiddleware(
            HeadersMiddleware(super().build_middleware_stack(), https=https),
            unavailable=HeadersMiddleware(send_unavailable, https=https),
            # Looked up each time: it begins later than this is built.
            shipper=lambda: self.shipper,
            proxies=TrustedProxies(process_settings.trusted_proxies),
            clock=self.state.clock,
            log_probes=process_settings.log_probes,
        )

    def openapi(self) -> dict[str, Any]:
        if not self.openapi_schema:
            ours: Settings = self.state.settings
            self.openapi_schema = complete_document(
                super().openapi(), site=ours.frontend_url, contact=ours.contact
            )
        return self.openapi_schema


def create_app(process_settings: Settings, clock: Clock | None = None) -> Application:
    """Create the application, which opens no connection or file before its lifespan begins."""
    app = Application(
        title="Dressform",
        version=__version__,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        # Spans would carry the visitor's address to a collector.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.settings = process_settings
    app.state.clock = clock or process_settings.clock
    # Not by `include_router`, which matches each route twice and copies a scope for each try: that
    # took a quarter of a read's time. Prefixes stand in the routers themselves.
    for module in ROUTERS:
        app.router.routes.extend(module.router.routes)
    _name_operations(app)
    add_exception_handlers(app)
    add_middleware(app, process_settings)
    return app


def from_environment() -> FastAPI:
    """Create the application for uvicorn, which imports this in each of its processes."""
    loaded = load_settings()
    logs.configure(loaded.log_level, loaded.log_format)
    return create_app(loaded)


def _name_operations(app: FastAPI) -> None:
    """Make the name of each endpoint its operation id, which the router's default has derived."""
    for route in app.routes:
        if isinstance(route, APIRoute):
            route.unique_id = route.name


@asynccontextmanager
async def _lifespan(app: Application) -> AsyncIterator[None]:
    process_settings: Settings = app.state.settings
    spools = process_settings.state_dir / "spool"
    check_signing_backend()
    check_writable(spools)
    head_revisions()  # Now rather than at the first probe, which may come when the disk is full.
    async with bootstrap(process_settings, app.state.clock) as (uows, signing_keys):
        tokens = AccessTokens(signing_keys, issuer=process_settings.public_url, audience=AUDIENCE)
        app.state.dressform = create_state(process_settings, uows, tokens, spools)
        app.state.shipper = app.shipper = Shipper(uows, spools)
        app.shipper.start()
        try:
            async with run_background_tasks(uows, tokens):
                yield
        finally:
            await app.shipper.stop()
            app.state.dressform.images.close()
            app.state.dressform.file_parser.close()
