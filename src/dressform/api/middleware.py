"""The middleware between the access log and the routes."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from dressform.api.body_limits import BODY_LIMITS, JSON_LIMIT
from dressform.http.body_limit import BodyLimitMiddleware
from dressform.http.head_limit import HeadLimitMiddleware
from dressform.settings.settings import Settings


def add_middleware(app: FastAPI, process_settings: Settings) -> None:
    """Add the middleware; the last one added is the outermost."""
    app.add_middleware(BodyLimitMiddleware, default=JSON_LIMIT, by_path=BODY_LIMITS)
    if process_settings.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=process_settings.allowed_origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                "Idempotency-Key",
                "If-Match",
                "If-None-Match",
            ],
            allow_credentials=True,
            expose_headers=[
                "X-Request-ID",
                "Retry-After",
                "RateLimit",
                "RateLimit-Policy",
                "Location",
                "ETag",
            ],
            max_age=600,
        )
    app.add_middleware(HeadLimitMiddleware)
