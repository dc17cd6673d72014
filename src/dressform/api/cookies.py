"""The cookies of browsers, which no script reads and no other site sends."""

from datetime import timedelta

from fastapi import Response

from dressform.settings.settings import Settings


def host_cookie_name(name: str, settings: Settings) -> str:
    """Return the name of a cookie. A ``__Host-`` cookie is bound to this host and needs HTTPS."""
    return f"__Host-{name}" if settings.secure_cookies else name


def set_host_cookie(
    response: Response, settings: Settings, name: str, value: str, *, max_age: timedelta | None
) -> None:
    """Set a cookie. Without `max_age` the browser keeps it for this visit."""
    response.set_cookie(
        host_cookie_name(name, settings),
        value,
        max_age=None if max_age is None else int(max_age.total_seconds()),
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="strict",
    )
