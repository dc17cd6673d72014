from fastapi import APIRouter, Depends, Request, Response, status

from dressform.actions.confirm_sign_up import confirm_sign_up, find_sign_up
from dressform.actions.register import register as keep_registration
from dressform.api.dependencies import (
    AccessTokensDep,
    MailLimiterDep,
    MailRepositoryDep,
    PasswordHasherDep,
    RateLimiterDep,
    SettingsDep,
    UnitOfWorkFactoryDep,
)
from dressform.api.problem_responses import problem_responses
from dressform.api.rate_limiter import RateLimit
from dressform.api.refresh_token import RefreshCookieDep, check_origin
from dressform.api.request_limiter import limit_public
from dressform.api.schemas.accounts import EmailOnly, Registration, RegistrationConfirm
from dressform.api.schemas.sessions import TokensRead
from dressform.errors import (
    AlreadyConfirmed,
    EmailTaken,
    LinkInvalid,
    OriginNotAllowed,
    RateLimited,
    UsernameTaken,
    WeakPassword,
    WrongPassword,
)

router = APIRouter(prefix="/v1/auth", tags=["auth"])


@router.post(
    "/register",
    dependencies=[Depends(limit_public("mail"))],
    status_code=status.HTTP_202_ACCEPTED,
    response_class=Response,
    response_description="A mail is sent to the address.",
    responses=problem_responses(UsernameTaken, WeakPassword, RateLimited),
)
async def register(
    payload: Registration,
    uows: UnitOfWorkFactoryDep,
    hasher: PasswordHasherDep,
    mail_limiter: MailLimiterDep,
) -> None:
    """Register

    A link is sent to the address; following it within 7 days and typing the password creates the
    account. Until then neither the address nor the username is yours: the first to confirm
    has them. The response is the same whether or not the address already has an account.
    """
    with mail_limiter.spend(payload.email):
        await keep_registration(uows, hasher, **payload.model_dump())


@router.post(
    "/verify-email",
    dependencies=[Depends(limit_public("reset"))],
    response_model_exclude_none=True,
    response_description="The registration is confirmed, and you are signed in.",
    responses=problem_responses(
        WrongPassword,
        OriginNotAllowed,
        UsernameTaken,
        EmailTaken,
        AlreadyConfirmed,
        LinkInvalid,
        RateLimited,
    ),
)
async def confirm_registration(
    request: Request,
    payload: RegistrationConfirm,
    uows: UnitOfWorkFactoryDep,
    hasher: PasswordHasherDep,
    tokens: AccessTokensDep,
    *,
    rate_limiter: RateLimiterDep,
    settings: SettingsDep,
    cookie: RefreshCookieDep,
) -> TokensRead:
    """Confirm a registration

    Send the token of the mailed link and the password that you typed to register: a stranger may
    have registered your address with another one. A wrong password does not use up the link. If a
    member has your username meanwhile, send another `username` with the same token. This signs you
    in, and counts as a login.
    """
    if payload.session == "cookie" and not cookie.is_dropped:
        check_origin(request, settings)
    with rate_limiter.guard(RateLimit.PASSWORD, payload.token):
        waiting = await find_sign_up(uows, hasher, token=payload.token, password=payload.password)
    issued = await confirm_sign_up(
        uows,
        tokens,
        waiting,
        token=payload.token,
        username=payload.username,
        site_words=hasher.rules.site_words,
        remember=payload.remember,
        replaced_token=cookie.replaced_token,
    )
    return cookie.write_new(issued, by_cookie=payload.session == "cookie")


@router.post(
    "/resend",
    dependencies=[Depends(limit_public("mail"))],
    status_code=status.HTTP_202_ACCEPTED,
    response_class=Response,
    response_description="If the address has an unconfirmed registration, a new link is sent to it.",
    responses=problem_responses(RateLimited),
)
async def resend_verification(
    payload: EmailOnly, mails: MailRepositoryDep, mail_limiter: MailLimiterDep
) -> None:
    """Send the link of a registration again

    The link is good for every registration of the address that waits; the password tells which one
    is confirmed. The previous link may stop working.
    """
    mail_limiter.hit(payload.email)
    await mails.add("sign-up", to=payload.email, language="en")
