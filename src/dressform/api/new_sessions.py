"""The check of the origin and the answer with the tokens, which all ways to sign in share."""

from typing import Annotated

from fastapi import Depends, Request

from dressform.actions.issue_tokens import IssuedTokens
from dressform.api.devices import DevicesDep
from dressform.api.refresh_token import RefreshCookieDep, check_origin
from dressform.api.schemas.sessions import SessionWanted, TokensRead
from dressform.api.state import get_state
from dressform.crypto.device_tokens import Device


class NewSession:
    """Writes the session that a request starts, and the token of its device."""

    def __init__(self, request: Request, cookie: RefreshCookieDep, devices: DevicesDep) -> None:
        self._request = request
        self._cookie = cookie
        self._devices = devices

    @property
    def replaced_token(self) -> str | None:
        """Return the refresh token of the session that the new one replaces, see `start_session`."""
        return self._cookie.replaced_token

    def check_origin(self, wanted: SessionWanted) -> None:
        """Raise OriginNotAllowed when the page of another site wants a cookie."""
        if wanted.session == "cookie" and not self._cookie.is_dropped:
            check_origin(self._request, get_state(self._request).settings)

    def write(
        self, tokens: IssuedTokens, wanted: SessionWanted, *, device: Device | None = None
    ) -> TokensRead:
        """Write the tokens into the cookies or the body. `device`: the known device of the request."""
        by_cookie = wanted.session == "cookie"
        device_token = self._devices.remember(tokens.account_id, device, by_cookie=by_cookie)
        return self._cookie.write_new(tokens, by_cookie=by_cookie, device_token=device_token)


async def get_new_session(
    request: Request, cookie: RefreshCookieDep, devices: DevicesDep
) -> NewSession:
    return NewSession(request, cookie, devices)


NewSessionDep = Annotated[NewSession, Depends(get_new_session)]
