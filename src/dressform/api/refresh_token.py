"""The refresh token in requests and responses: in the body, or in a cookie of a browser."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Body, Depends, Request, Response

from dressform.actions.issue_tokens import IssuedTokens
from dressform.api.cookies import host_cookie_name, set_host_cookie
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
    """Reads the refresh cookie of a request, and writes the tokens of a session into the response:
    the refresh token in a cookie, or both in the body.
    """

    def __init__(self, request: Request, response: Response, settings: SettingsDep) -> None:
        self._request = request
        self._response = response
        self._settings = settings

    @property
    def replaced_token(self) -> str | None:
        """Return the token of the browser's cookie, which a new session replaces.

        None for the request of another site's page: it ends no session.
        """
        text = self._request.cookies.get(cookie_name(self._settings))
        return text if text and is_own_origin(self._request, self._settings) else None

    @property
    def is_dropped(self) -> bool:
        """Return whether the request is of an allowed page on another site than this service.

        Its browser drops the cookie, which is SameSite=Strict. The browser knows which domains are
        one site, and says so in Sec-Fetch-Site.
        """
        origin = self._request.headers.get("origin")
        is_cross_site = self._request.headers.get("sec-fetch-site") == "cross-site"
        return is_cross_site and origin in _own_origins(self._settings)

    def write_new(
        self, tokens: IssuedTokens, *, by_cookie: bool, device_token: str | None = None
    ) -> TokensRead:
        """Write the tokens of a session that has just started. A cookie of the one before goes."""
        if not by_cookie and self.replaced_token is not None:
            self._set("", max_age=timedelta(0))
        return self.write(tokens, by_cookie=by_cookie, device_token=device_token)

    def write(
        self, tokens: IssuedTokens, *, by_cookie: bool, device_token: str | None = None
    ) -> TokensRead:
        """Write the tokens of a session that goes on."""
        if by_cookie:
            # Without Max-Age the browser keeps the cookie for this visit.
            lifetime = tokens.refresh_token_lifetime if tokens.remembered else None
            self._set(tokens.refresh_token, max_age=lifetime)
        return TokensRead(
            access_token=tokens.access_token,
            expires_in=round(tokens.access_token_lifetime.total_seconds()),
            refresh_token=None if by_cookie else tokens.refresh_token,
            cookie_is_dropped=True if by_cookie and self.is_dropped else None,
            device_token=device_token,
        )

    def clear(self) -> None:
        """Clear the cookie, and what the browser has cached of this site."""
        self._set("", max_age=timedelta(0))
        self._response.headers["Clear-Site-Data"] = CLEAR_CACHE

    def _set(self, value: str, *, max_age: timedelta | None) -> None:
        set_host_cookie(self._response, self._settings, _NAME, value, max_age=max_age)


async def get_refresh_cookie(
    request: Request, response: Response, settings: SettingsDep
) -> RefreshCookie:
    return RefreshCookie(request, response, settings)


RefreshCookieDep = Annotated[RefreshCookie, Depends(get_refresh_cookie)]


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
    """Return the name of the cookie of the refresh token."""
    return host_cookie_name(_NAME, settings)


def check_origin(request: Request, settings: SettingsDep) -> None:
    """Raise OriginNotAllowed for a request that the page of another site has sent."""
    if not is_own_origin(request, settings):
        log_security_event(SecurityEvent.FOREIGN_ORIGIN)
        raise OriginNotAllowed


def is_own_origin(request: Request, settings: SettingsDep) -> bool:
    """Return whether a request comes from a page of this site, or from no page.

    Browsers send Sec-Fetch-Site and Origin, and no page can change them. Other clients send neither.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in _OWN_SITE:
        return False
    origin = request.headers.get("origin")
    return origin is None or origin in _own_origins(settings)


async def require_own_origin(request: Request, settings: SettingsDep) -> None:
    """Raise OriginNotAllowed for the page of another site, whose browser would store a cookie."""
    check_origin(request, settings)


OwnOrigin = Depends(require_own_origin)


def _own_origins(settings: SettingsDep) -> set[str]:
    return {_origin(settings.public_url), _origin(settings.frontend_url), *settings.allowed_origins}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
