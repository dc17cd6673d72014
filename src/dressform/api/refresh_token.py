"""The refresh token in requests and responses: in the body, or in a cookie of a browser."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Body, Request, Response

from dressform.api.dependencies import ACCESS_TOKEN_LIFETIME, AppStateDep, SettingsDep
from dressform.api.schemas.sessions import RefreshRequest, TokensRead
from dressform.errors import OriginNotAllowed, RefreshTokenRefused
from dressform.repositories.sessions import IssuedSession

_NAME = "dressform-refresh"


@dataclass(frozen=True, slots=True)
class PresentedToken:
    """The refresh token of a request, and whether it came in the cookie."""

    text: str
    by_cookie: bool


class TokenIssuer:
    """Issues the tokens of a session, and sets or clears the cookie of the response."""

    def __init__(self, response: Response, service: AppStateDep) -> None:
        self._response = response
        self._settings = service.settings
        self._clock = service.uows.clock
        self._tokens = service.tokens

    def issue(self, signed_in: IssuedSession, *, by_cookie: bool) -> TokensRead:
        now = self._clock()
        if by_cookie:
            self._set(signed_in.refresh_token, max_age=signed_in.expires_at - now)
        return TokensRead(
            access_token=self._tokens.sign(signed_in.account_id, signed_in.session_id, at=now),
            expires_in=round(ACCESS_TOKEN_LIFETIME.total_seconds()),
            refresh_token=None if by_cookie else signed_in.refresh_token,
        )

    def clear(self) -> None:
        self._set("", max_age=timedelta(0))

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


async def get_token_issuer(response: Response, service: AppStateDep) -> TokenIssuer:
    return TokenIssuer(response, service)


async def get_presented_token(
    request: Request,
    settings: SettingsDep,
    body: Annotated[RefreshRequest | None, Body()] = None,
) -> PresentedToken:
    """Return the token of the body, else of the cookie.

    Raise RefreshTokenRefused or OriginNotAllowed.
    """
    if body is not None and body.refresh_token is not None:
        return PresentedToken(body.refresh_token, by_cookie=False)
    text = request.cookies.get(cookie_name(settings))
    if not text:
        raise RefreshTokenRefused(
            "Send `refresh_token` in the body, or the cookie of your session."
        )
    _check_origin(request, settings)
    return PresentedToken(text, by_cookie=True)


def cookie_name(settings: SettingsDep) -> str:
    """Return the name of the cookie. A ``__Host-`` cookie is bound to this host and needs HTTPS."""
    return f"__Host-{_NAME}" if settings.secure_cookies else _NAME


def _check_origin(request: Request, settings: SettingsDep) -> None:
    origin = request.headers.get("origin")
    ours = {_origin(settings.public_url), _origin(settings.frontend_url), *settings.allowed_origins}
    if origin is not None and origin not in ours:
        raise OriginNotAllowed


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
