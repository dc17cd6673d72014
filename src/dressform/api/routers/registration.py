from fastapi import APIRouter, Depends, Response, status

from dressform.actions.confirm_sign_up import confirm_sign_up, find_sign_up
from dressform.actions.queue_mail import queue_mail
from dressform.actions.register import register as keep_registration
from dressform.api.dependencies import (
    AccessTokensDep,
    PasswordHasherDep,
    UnitOfWorkFactoryDep,
)
from dressform.api.mail_limiter import MailLimiterDep
from dressform.api.new_sessions import NewSessionDep
from dressform.api.problem_responses import problem_responses
from dressform.api.rate_limiter import RateLimiterDep
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
from dressform.repositories.rate_limits import RESET, Budget

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
    async with mail_limiter.spend_registration(payload.email):
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
    payload: RegistrationConfirm,
    uows: UnitOfWorkFactoryDep,
    hasher: PasswordHasherDep,
    tokens: AccessTokensDep,
    *,
    rate_limiter: RateLimiterDep,
    new_session: NewSessionDep,
) -> TokensRead:
    """Confirm a registration

    Send the token of the mailed link and the password that you typed to register: a stranger may
    have registered your address with another one. A wrong password does not use up the link. If a
    member has your username meanwhile, send another `username` with the same token. This signs you
    in, and counts as a login.
    """
    new_session.check_origin(payload)
    async with rate_limiter.guard(Budget(RESET, payload.token)):
        waiting = await find_sign_up(uows, hasher, token=payload.token, password=payload.password)
    issued = await confirm_sign_up(
        uows,
        tokens,
        waiting,
        token=payload.token,
        username=payload.username,
        site_words=hasher.rules.site_words,
        remember=payload.remember,
        replaced_token=new_session.replaced_token,
    )
    return new_session.write(issued, payload)


@router.post(
    "/resend",
    dependencies=[Depends(limit_public("mail"))],
    status_code=status.HTTP_202_ACCEPTED,
    response_class=Response,
    response_description="If the address has an unconfirmed registration, a new link is sent to it.",
)
async def resend_verification(
    payload: EmailOnly, uows: UnitOfWorkFactoryDep, mail_limiter: MailLimiterDep
) -> None:
    """Send the link of a registration again

    The link is good for every registration of the address that waits; the password tells which one
    is confirmed. The previous link may stop working. Five mails an hour are sent to a mailbox; after
    that the link that was mailed last still works, and the response stays the same.
    """
    async with mail_limiter.count_resend(payload.email) as may_mail:
        if may_mail:
            await queue_mail(uows, "sign-up", to=payload.email)
