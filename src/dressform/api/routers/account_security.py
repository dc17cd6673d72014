from fastapi import APIRouter, Depends, Response, status

from dressform.actions.change_email import ask_email_change
from dressform.actions.change_email import confirm_email as confirm_new_email
from dressform.actions.change_password import change_password as set_new_password
from dressform.actions.change_password import reset_password as set_password_by_link
from dressform.actions.reactivate_account import reactivate_account as reopen
from dressform.api.dependencies import (
    AppStateDep,
    CurrentMemberOrRestricted,
    MailLimiterDep,
    MailRepositoryDep,
    PasswordHasherDep,
    RateLimiterDep,
    UnitOfWorkDep,
    UnitOfWorkFactoryDep,
)
from dressform.api.problem_responses import problem_responses
from dressform.api.rate_limiter import RateLimit
from dressform.api.request_limiter import limit_public
from dressform.api.schemas.accounts import (
    EmailChange,
    EmailOnly,
    PasswordChange,
    PasswordReset,
    TokenOnly,
)
from dressform.errors import EmailTaken, LinkInvalid, RateLimited, WeakPassword, WrongPassword

router = APIRouter(prefix="/v1/auth", tags=["auth"])


@router.post(
    "/password/forgot",
    dependencies=[Depends(limit_public("mail"))],
    status_code=status.HTTP_202_ACCEPTED,
    response_class=Response,
    response_description="If the address has an account, a link is sent to it.",
    responses=problem_responses(RateLimited),
)
async def forgot_password(
    payload: EmailOnly, mails: MailRepositoryDep, mail_limiter: MailLimiterDep
) -> None:
    """Request a link to reset the password

    An address whose registration waits gets the link that confirms it. The response is the same whether or not the address has an account.
    """
    mail_limiter.hit(payload.email)
    await mails.add("password-reset", to=payload.email, language="en")


@router.post(
    "/password/reset",
    dependencies=[Depends(limit_public("reset"))],
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The password is set and every session has ended; sign in again.",
    responses=problem_responses(LinkInvalid, WeakPassword, RateLimited),
)
async def reset_password(
    payload: PasswordReset,
    uows: UnitOfWorkFactoryDep,
    hasher: PasswordHasherDep,
    rate_limiter: RateLimiterDep,
) -> None:
    """Reset the password with a mailed link

    The link works once, within one hour.
    """
    with rate_limiter.guard(RateLimit.RESET, payload.token):
        await set_password_by_link(uows, hasher, token=payload.token, new=payload.new_password)


@router.post(
    "/password/change",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The password is changed and every other session has ended.",
    responses=problem_responses(WrongPassword, WeakPassword, RateLimited),
)
async def change_password(
    payload: PasswordChange,
    me: CurrentMemberOrRestricted,
    uows: UnitOfWorkFactoryDep,
    hasher: PasswordHasherDep,
    rate_limiter: RateLimiterDep,
) -> None:
    """Change your password

    Every other session ends.
    """
    with rate_limiter.guard(RateLimit.PASSWORD, str(me.account_id)):
        await set_new_password(
            uows, hasher, me, current=payload.current_password, new=payload.new_password
        )


@router.post(
    "/email/change",
    status_code=status.HTTP_202_ACCEPTED,
    response_class=Response,
    response_description="A link is sent to the new address, and a notification to the old one.",
    responses=problem_responses(WrongPassword, RateLimited),
)
async def change_email(
    payload: EmailChange, me: CurrentMemberOrRestricted, state: AppStateDep
) -> None:
    """Change your e-mail address

    The address changes when the link that is sent to the new address is followed.
    """
    with (
        state.rate_limiter.guard(RateLimit.PASSWORD, str(me.account_id)),
        state.mail_limiter.spend_for_member(me.account_id, payload.new_email),
    ):
        await ask_email_change(
            state.uows,
            state.passwords,
            me,
            password=payload.password,
            new_email=payload.new_email,
        )


@router.post(
    "/email/confirm",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The new address is confirmed and in use.",
    responses=problem_responses(LinkInvalid, EmailTaken),
)
async def confirm_email_change(payload: TokenOnly, uow: UnitOfWorkDep) -> None:
    """Confirm a new e-mail address

    Send the token of the mailed link.
    """
    await confirm_new_email(uow, payload.token)


@router.post(
    "/reopen",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The account is active again; you can sign in.",
    responses=problem_responses(LinkInvalid),
)
async def reactivate_account(payload: TokenOnly, uow: UnitOfWorkDep) -> None:
    """Reactivate an account after its 12 months

    Send the token of the mailed link. An account is locked at the end of its 12 months, and is
    kept for a while longer if no warning could be delivered before. Reactivation counts as a
    login; signing in reactivates the account too.
    """
    await reopen(uow, payload.token)
