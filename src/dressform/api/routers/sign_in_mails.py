from fastapi import APIRouter, Depends, status

from dressform.actions.sign_in_by_mail import request_sign_in_mail as queue_sign_in_mail
from dressform.actions.sign_in_by_mail import sign_in_by_code as redeem_code
from dressform.actions.sign_in_by_mail import sign_in_by_link as redeem_link
from dressform.api.dependencies import (
    AccessTokensDep,
    UnitOfWorkFactoryDep,
)
from dressform.api.mail_limiter import MailLimiterDep
from dressform.api.new_sessions import NewSessionDep
from dressform.api.problem_responses import problem_responses
from dressform.api.rate_limiter import RateLimiterDep
from dressform.api.request_limiter import limit_public
from dressform.api.schemas.accounts import MailRequest
from dressform.api.schemas.sessions import TokensRead
from dressform.api.schemas.sign_in_mails import CodeLogin, LinkLogin, SignInMailRequested
from dressform.errors import LinkInvalid, OriginNotAllowed, RateLimited, WrongCode
from dressform.repositories.rate_limits import RESET, Budget

router = APIRouter(prefix="/v1/auth/link", tags=["auth"])


@router.post(
    "",
    dependencies=[Depends(limit_public("mail"))],
    status_code=status.HTTP_202_ACCEPTED,
    response_description="If the address has an account, a link and a code are sent to it.",
)
async def request_sign_in_mail(
    payload: MailRequest, uows: UnitOfWorkFactoryDep, mail_limiter: MailLimiterDep
) -> SignInMailRequested:
    """Request a link and a code to sign in without the password

    The response is the same whether or not the address has an account. An address whose
    registration is not confirmed gets the link that confirms it. A new request does not end
    earlier ones, because anyone may make it. A username is not accepted: strangers know it, and
    could fill a mailbox whose address they do not know. Five mails an hour are sent to a mailbox, and
    five more for a device that is known; after that the link that was mailed last still works, and
    the response stays the same.
    """
    async with mail_limiter.count_link(payload.email, payload.device_token) as may_mail:
        token = await queue_sign_in_mail(uows, payload.email, may_mail=may_mail)
    return SignInMailRequested.from_token(token)


@router.post(
    "/redeem",
    dependencies=[Depends(limit_public("sign-in"))],
    response_model_exclude_none=True,
    response_description="You are signed in.",
    responses=problem_responses(LinkInvalid, OriginNotAllowed, RateLimited),
)
async def sign_in_by_link(
    payload: LinkLogin,
    uows: UnitOfWorkFactoryDep,
    tokens: AccessTokensDep,
    rate_limiter: RateLimiterDep,
    new_session: NewSessionDep,
) -> TokensRead:
    """Sign in with a mailed link

    Send the token of the link, from any device. It works once, within one hour, and its code then
    works no more. Programs that look into mails open links, so send it only when a button was
    pressed. It counts as a login with the password does.
    """
    new_session.check_origin(payload)
    async with rate_limiter.guard(Budget(RESET, payload.token)):
        issued = await redeem_link(
            uows,
            tokens,
            token=payload.token,
            remember=payload.remember,
            replaced_token=new_session.replaced_token,
        )
    return new_session.write(issued, payload)


@router.post(
    "/code",
    dependencies=[Depends(limit_public("sign-in"))],
    response_model_exclude_none=True,
    response_description="You are signed in.",
    responses=problem_responses(WrongCode, OriginNotAllowed, RateLimited),
)
async def sign_in_by_code(
    payload: CodeLogin,
    uows: UnitOfWorkFactoryDep,
    tokens: AccessTokensDep,
    rate_limiter: RateLimiterDep,
    new_session: NewSessionDep,
) -> TokensRead:
    """Sign in with a mailed code

    The code works once, within 10 minutes, and only together with the `request_token` of the
    request for its mail. After five tries it is void; the link in the mail still works. It counts
    as a login with the password does.
    """
    new_session.check_origin(payload)
    async with rate_limiter.guard(Budget(RESET, payload.request_token)):
        issued = await redeem_code(
            uows,
            tokens,
            request_token=payload.request_token,
            code=payload.code,
            remember=payload.remember,
            replaced_token=new_session.replaced_token,
        )
    return new_session.write(issued, payload)
