from fastapi import APIRouter, Depends, Response, status

from dressform.actions.confirm_sign_up import confirm_sign_up
from dressform.actions.queue_mail import queue_mail
from dressform.actions.register import register as keep_registration
from dressform.api.dependencies import (
    PasswordHasherDep,
    UnitOfWorkDep,
    UnitOfWorkFactoryDep,
)
from dressform.api.mail_limiter import MailLimiterDep
from dressform.api.problem_responses import problem_responses
from dressform.api.request_limiter import limit_public
from dressform.api.schemas.accounts import EmailOnly, Registration, TokenOnly
from dressform.errors import EmailTaken, LinkInvalid, RateLimited, UsernameTaken, WeakPassword

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

    A link is sent to the address; following it within 7 days creates the account. The response
    is the same whether or not the address already has an account.
    """
    async with mail_limiter.spend_registration(payload.email):
        await keep_registration(uows, hasher, **payload.model_dump())


@router.post(
    "/verify-email",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The registration is confirmed; you can sign in.",
    responses=problem_responses(LinkInvalid, EmailTaken, UsernameTaken),
)
async def confirm_registration(payload: TokenOnly, uow: UnitOfWorkDep) -> None:
    """Confirm a registration

    Send the token of the mailed link.
    """
    await confirm_sign_up(uow, payload.token)


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

    The previous link stops working. Five mails an hour are sent to a mailbox; after that the link
    that was mailed last still works, and the response stays the same.
    """
    async with mail_limiter.count_resend(payload.email) as may_mail:
        if may_mail:
            await queue_mail(uows, "sign-up", to=payload.email)
