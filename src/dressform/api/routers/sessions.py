from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, status

from dressform.actions.rotate_session import rotate_session
from dressform.actions.sign_in import sign_in
from dressform.api.dependencies import (
    AccessTokensDep,
    PasswordHasherDep,
    RefreshedSessionRepositoryDep,
    SettingsDep,
    UnitOfWorkFactoryDep,
)
from dressform.api.devices import DevicesDep
from dressform.api.new_sessions import NewSessionDep
from dressform.api.problem_responses import problem_responses
from dressform.api.rate_limiter import RateLimiterDep
from dressform.api.refresh_token import (
    PresentedToken,
    RefreshCookieDep,
    check_origin,
    cookie_name,
    get_presented_token,
)
from dressform.api.schemas.sessions import (
    LoginRequest,
    SessionStatusRead,
    TokensRead,
)
from dressform.errors import (
    OriginNotAllowed,
    RateLimited,
    RefreshTokenRefused,
    WrongCredentials,
)

router = APIRouter(prefix="/v1/auth", tags=["auth"])

PresentedTokenDep = Annotated[PresentedToken, Depends(get_presented_token)]


@router.post(
    "/login",
    response_model_exclude_none=True,
    response_description="You are signed in.",
    responses=problem_responses(WrongCredentials, OriginNotAllowed, RateLimited),
)
async def login(
    payload: LoginRequest,
    uows: UnitOfWorkFactoryDep,
    hasher: PasswordHasherDep,
    tokens: AccessTokensDep,
    *,
    rate_limiter: RateLimiterDep,
    devices: DevicesDep,
    new_session: NewSessionDep,
) -> TokensRead:
    """Sign in

    Send a username or an e-mail address. This counts as a login: the 12 months for which your
    data are kept start again. It also reactivates an account that is past its 12 months and was
    kept because no warning could be delivered in time. The session of the cookie that comes with
    the request ends.
    """
    new_session.check_origin(payload)
    device = await devices.recognise(payload.login, payload.device_token)
    async with rate_limiter.guard_login(payload.login, device) as known_device:
        issued = await sign_in(
            uows,
            hasher,
            tokens,
            login=payload.login,
            password=payload.password,
            remember=payload.remember,
            replaced_token=new_session.replaced_token,
        )
    return new_session.write(issued, payload, device=known_device)


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
    not used, because a response may get lost; and within ten seconds of its use it works again in
    any case, because several pages may refresh at once. Any older one ends the whole session, and
    its owner is told by mail, because another person may have a copy.
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
    token: PresentedTokenDep, sessions: RefreshedSessionRepositoryDep, cookie: RefreshCookieDep
) -> None:
    """Sign out

    The session of the refresh token ends at once; its access token is refused from then on too.
    """
    await sessions.delete(token.text)
    cookie.clear()


@router.get(
    "/session",
    response_description="Whether the browser is signed in.",
    responses=problem_responses(OriginNotAllowed),
)
async def read_session_status(
    request: Request, sessions: RefreshedSessionRepositoryDep, settings: SettingsDep
) -> SessionStatusRead:
    """Tell whether the browser is signed in

    It is when its cookie would continue a session. The cookie is neither used nor replaced.
    """
    check_origin(request, settings)
    token = request.cookies.get(cookie_name(settings), "")
    return SessionStatusRead(signed_in=await sessions.is_open(token))
