from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response, status

from dressform.actions.rotate_session import rotate_session
from dressform.actions.sign_in import sign_in
from dressform.api.dependencies import (
    AccessTokensDep,
    CurrentMemberOrRestricted,
    PasswordHasherDep,
    SessionRepositoryDep,
    SettingsDep,
    UnitOfWorkFactoryDep,
)
from dressform.api.devices import DevicesDep
from dressform.api.problem_responses import problem_responses
from dressform.api.rate_limiter import RateLimiterDep
from dressform.api.refresh_token import (
    PresentedToken,
    RefreshCookie,
    check_origin,
    get_presented_token,
    get_refresh_cookie,
)
from dressform.api.schemas.sessions import LoginRequest, SessionRead, SessionsRead, TokensRead
from dressform.errors import (
    NotFound,
    OriginNotAllowed,
    RateLimited,
    RefreshTokenRefused,
    WrongCredentials,
)

router = APIRouter(prefix="/v1/auth", tags=["auth"])

RefreshCookieDep = Annotated[RefreshCookie, Depends(get_refresh_cookie)]
PresentedTokenDep = Annotated[PresentedToken, Depends(get_presented_token)]
SessionId = Annotated[
    UUID, Path(description="The id of the session, from the list of your sessions.")
]


@router.post(
    "/login",
    response_model_exclude_none=True,
    response_description="You are signed in.",
    responses=problem_responses(WrongCredentials, OriginNotAllowed, RateLimited),
)
async def login(
    request: Request,
    payload: LoginRequest,
    uows: UnitOfWorkFactoryDep,
    hasher: PasswordHasherDep,
    tokens: AccessTokensDep,
    *,
    rate_limiter: RateLimiterDep,
    devices: DevicesDep,
    settings: SettingsDep,
    cookie: RefreshCookieDep,
) -> TokensRead:
    """Sign in

    Send a username or an e-mail address. This counts as a login: the 12 months for which your
    data are kept start again. It also reactivates an account that is past its 12 months and was
    kept because no warning could be delivered in time.
    """
    if payload.session == "cookie":
        check_origin(request, settings)
    device = await devices.recognise(payload.login, payload.device_token)
    async with rate_limiter.guard_login(payload.login, device) as known_device:
        issued = await sign_in(uows, hasher, tokens, login=payload.login, password=payload.password)
    by_cookie = payload.session == "cookie"
    device_token = devices.remember(issued.account_id, known_device, by_cookie=by_cookie)
    return cookie.write(issued, by_cookie=by_cookie, device_token=device_token)


@router.post(
    "/refresh",
    response_model_exclude_none=True,
    response_description="A new access token, and the next refresh token.",
    responses=problem_responses(RefreshTokenRefused, OriginNotAllowed),
)
async def refresh(
    token: PresentedTokenDep,
    uows: UnitOfWorkFactoryDep,
    tokens: AccessTokensDep,
    cookie: RefreshCookieDep,
) -> TokensRead:
    """Refresh the access token

    Each refresh token works once. The last used one works again as long as its successor was
    not used, because a response may get lost. Any older one ends the whole session, because
    another person may have a copy.
    """
    issued = await rotate_session(uows, tokens, token.text)
    return cookie.write(issued, by_cookie=token.by_cookie)


@router.post(
    "/logout",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The session has ended.",
    responses=problem_responses(RefreshTokenRefused, OriginNotAllowed),
)
async def logout(
    token: PresentedTokenDep, sessions: SessionRepositoryDep, cookie: RefreshCookieDep
) -> None:
    """Sign out

    The session of the refresh token ends at once; its access token is refused from then on too.
    """
    await sessions.delete_by_token(token.text)
    cookie.clear()


@router.get("/sessions", response_description="Your sessions.")
async def list_sessions(
    me: CurrentMemberOrRestricted, sessions: SessionRepositoryDep
) -> SessionsRead:
    """List your sessions

    Of the times of a session only days are stored.
    """
    found = await sessions.list_all(me)
    return SessionsRead(
        items=[SessionRead.from_domain(one, current=me.session_id) for one in found]
    )


@router.delete(
    "/sessions",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="All other sessions have ended.",
)
async def end_other_sessions(me: CurrentMemberOrRestricted, sessions: SessionRepositoryDep) -> None:
    """End all other sessions

    Only the session of this request stays.
    """
    await sessions.delete_all(me, except_id=me.session_id)


@router.delete(
    "/sessions/{session_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The session has ended.",
    responses=problem_responses(NotFound),
)
async def end_session(
    session_id: SessionId, me: CurrentMemberOrRestricted, sessions: SessionRepositoryDep
) -> None:
    """End one of your sessions"""
    await sessions.delete(me, session_id)
