from fastapi import APIRouter, Depends, Response, status

from dressform.actions.confirm_sign_up import confirm_sign_up
from dressform.actions.register import register as keep_registration
from dressform.api.dependencies import (
    MailRepositoryDep,
    PasswordHasherDep,
    RateLimiterDep,
    UnitOfWorkDep,
    UnitOfWorkFactoryDep,
)
from dressform.api.problem_responses import problem_responses
from dressform.api.rate_limiter import RateLimit
from dressform.api.request_limiter import limit_public
from dressform.api.schemas.accounts import EmailOnly, Registration, TokenOnly
from dressform.errors import EmailTaken, LinkInvalid, RateLimited, UsernameTaken, WeakPassword

router = APIRouter(prefix="/v1/auth", tags=["auth"])


@router.post(
    "/register",
    dependencies=[Depends(limit_public("registration"))],
    status_code=status.HTTP_202_ACCEPTED,
    response_class=Response,
    response_description="A mail is sent to the address.",
    responses=problem_responses(UsernameTaken, WeakPassword, RateLimited),
)
async def register(
    payload: Registration,
    uows: UnitOfWorkFactoryDep,
    hasher: PasswordHasherDep,
    rate_limiter: RateLimiterDep,
) -> None:
    """Register

    A link is sent to the address; following it within 7 days creates the account. The response
    is the same whether or not the address already has an account.
    """
    with rate_limiter.spend(RateLimit.MAIL, payload.email):
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
    responses=problem_responses(RateLimited),
)
async def resend_verification(
    payload: EmailOnly, mails: MailRepositoryDep, rate_limiter: RateLimiterDep
) -> None:
    """Send the link of a registration again

    The previous link stops working.
    """
    rate_limiter.hit(RateLimit.MAIL, payload.email)
    await mails.add("sign-up", to=payload.email, language="en")
