"""The refresh token in requests and responses: in the body, or in a cookie of a browser."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Body, Request, Response

from dressform.actions.issue_tokens import IssuedTokens
from dressform.api.dependencies import SettingsDep
from dressform.api.schemas.sessions import RefreshRequest, TokensRead
from dressform.errors import OriginNotAllowed, RefreshTokenRefused
from dressform.logging.security_events import SecurityEvent, log_security_event

CLEAR_CACHE = '"cache"'
CLEAR_ALL = '"cache", "cookies", "storage"'
"""Values of Clear-Site-Data: after signing out, and after an erasure."""

_NAME = "dressform-refresh"
_OWN_SITE = frozenset({"same-origin", "same-site"})


@dataclass(frozen=True, slots=True)
class PresentedToken:
    """The refresh token of a request, and whether it came in the cookie."""

    text: str
    by_cookie: bool


class RefreshCookie:
    """Writes the tokens of a session into the response: the refresh token in a cookie, or both in
    the body.
    """

    def __init__(self, response: Response, settings: SettingsDep) -> None:
        self._response = response
        self._settings = settings

    def write(
        self, tokens: IssuedTokens, *, by_cookie: bool, device_token: str | None = None
    ) -> TokensRead:
        if by_cookie:
            self._set(tokens.refresh_token, max_age=tokens.refresh_token_lifetime)
        return TokensRead(
            access_token=tokens.access_token,
            expires_in=round(tokens.access_token_lifetime.total_seconds()),
            refresh_token=None if by_cookie else tokens.refresh_token,
            device_token=device_token,
        )

    def clear(self) -> None:
        """Clear the cookie, and what the browser has cached of this site."""
        self._set("", max_age=timedelta(0))
        self._response.headers["Clear-Site-Data"] = CLEAR_CACHE

    def _set(self, value: str, *, max_age: timedelta) -> None:
        self._response.set_cookie(
            cookie_name(self._settings),
            value,
            max_age=int(max_age.total_seconds()),
            path="/",
            secure=self._settings.secure_cookies,
            httponly=True,
            samesite="strict",
        )


async def get_refresh_cookie(response: Response, settings: SettingsDep) -> RefreshCookie:
    return RefreshCookie(response, settings)


async def get_presented_token(
    request: Request,
    settings: SettingsDep,
    payload: Annotated[RefreshRequest | None, Body()] = None,
) -> PresentedToken:
    """Return the token of the body, else of the cookie.

    Raise RefreshTokenRefused or OriginNotAllowed.
    """
    if payload is not None and payload.refresh_token is not None:
        return PresentedToken(payload.refresh_token, by_cookie=False)
    text = request.cookies.get(cookie_name(settings))
    if not text:
        raise RefreshTokenRefused(
            "Send `refresh_token` in the body, or the cookie of your session."
        )
    check_origin(request, settings)
    return PresentedToken(text, by_cookie=True)


def cookie_name(settings: SettingsDep) -> str:
    """Return the name of the cookie. A ``__Host-`` cookie is bound to this host and needs HTTPS."""
    return f"__Host-{_NAME}" if settings.secure_cookies else _NAME


def check_origin(request: Request, settings: SettingsDep) -> None:
    """Raise OriginNotAllowed for a request that the page of another site has sent.

    Browsers send Sec-Fetch-Site and Origin, and no page can change them. Other clients send neither.
    """
    is_own_site = request.headers.get("sec-fetch-site", "same-origin") in _OWN_SITE
    origin = request.headers.get("origin")
    ours = {_origin(settings.public_url), _origin(settings.frontend_url), *settings.allowed_origins}
    if not is_own_site or (origin is not None and origin not in ours):
        log_security_event(SecurityEvent.FOREIGN_ORIGIN)
        raise OriginNotAllowed


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
