from fastapi import APIRouter, Depends, Response, status

from dressform.actions.change_email import ask_email_change
from dressform.actions.change_email import confirm_email as confirm_new_email
from dressform.actions.change_password import change_password as set_new_password
from dressform.actions.change_password import reset_password as set_password_by_link
from dressform.actions.queue_mail import queue_mail
from dressform.actions.reactivate_account import reactivate_account as reopen
from dressform.api.dependencies import (
    CurrentMemberOrRestricted,
    PasswordHasherDep,
    UnitOfWorkDep,
    UnitOfWorkFactoryDep,
)
from dressform.api.devices import DevicesDep
from dressform.api.mail_limiter import MailLimiterDep
from dressform.api.problem_responses import problem_responses
from dressform.api.rate_limiter import RateLimiterDep
from dressform.api.refresh_token import OwnOrigin
from dressform.api.request_limiter import limit_public
from dressform.api.schemas.accounts import (
    EmailChange,
    EmailConfirm,
    MailRequest,
    PasswordChange,
    PasswordReset,
    TokenOnly,
)
from dressform.errors import (
    EmailTaken,
    LinkInvalid,
    OriginNotAllowed,
    RateLimited,
    WeakPassword,
    WrongPassword,
)
from dressform.repositories.rate_limits import RESET, Budget

router = APIRouter(prefix="/v1/auth", tags=["auth"])


@router.post(
    "/password/forgot",
    dependencies=[Depends(limit_public("mail"))],
    status_code=status.HTTP_202_ACCEPTED,
    response_class=Response,
    response_description="If the address has an account, a link is sent to it.",
)
async def forgot_password(
    payload: MailRequest, uows: UnitOfWorkFactoryDep, mail_limiter: MailLimiterDep
) -> None:
    """Request a link to reset the password

    An address whose registration waits gets the link that confirms it. The response is the same
    whether or not the address has an account. Five mails an hour are sent to a mailbox, and five more
    for a device that is known; after that the link that was mailed last still works, and the response
    stays the same.
    """
    async with mail_limiter.count_forgot(payload.email, payload.device_token) as may_mail:
        if may_mail:
            await queue_mail(uows, "password-reset", to=payload.email)


@router.post(
    "/password/reset",
    dependencies=[Depends(limit_public("reset")), OwnOrigin],
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The password is set and every session has ended; sign in again.",
    responses=problem_responses(LinkInvalid, WeakPassword, OriginNotAllowed, RateLimited),
)
async def reset_password(
    payload: PasswordReset,
    uows: UnitOfWorkFactoryDep,
    hasher: PasswordHasherDep,
    rate_limiter: RateLimiterDep,
    devices: DevicesDep,
) -> None:
    """Reset the password with a mailed link

    The link works once, within one hour. The device is known from then on, by a cookie, and the
    attempts of others at the names of the account are forgotten.
    """
    async with rate_limiter.guard(Budget(RESET, payload.token)):
        account_id = await set_password_by_link(
            uows, hasher, token=payload.token, new=payload.new_password
        )
    devices.remember(account_id)


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
    *,
    rate_limiter: RateLimiterDep,
    devices: DevicesDep,
) -> None:
    """Change your password

    Every other session ends. The device is known from then on, by a cookie.
    """
    async with rate_limiter.guard(Budget.of_session(me)):
        await set_new_password(
            uows, hasher, me, current=payload.current_password, new=payload.new_password
        )
    devices.remember(me.account_id)


@router.post(
    "/email/change",
    status_code=status.HTTP_202_ACCEPTED,
    response_class=Response,
    response_description="A link is sent to the new address, and a notification to the old one.",
    responses=problem_responses(WrongPassword, RateLimited),
)
async def change_email(
    payload: EmailChange,
    me: CurrentMemberOrRestricted,
    uows: UnitOfWorkFactoryDep,
    hasher: PasswordHasherDep,
    *,
    rate_limiter: RateLimiterDep,
    mail_limiter: MailLimiterDep,
) -> None:
    """Change your e-mail address

    The address changes when the link that is sent to the new address is followed.
    """
    async with (
        rate_limiter.guard(Budget.of_session(me)),
        mail_limiter.spend_new_address(me, payload.new_email),
    ):
        await ask_email_change(
            uows, hasher, me, password=payload.password, new_email=payload.new_email
        )


@router.post(
    "/email/confirm",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The new address is confirmed and in use.",
    dependencies=[Depends(limit_public("reset")), OwnOrigin],
    responses=problem_responses(
        LinkInvalid, WrongPassword, EmailTaken, OriginNotAllowed, RateLimited
    ),
)
async def confirm_email_change(
    payload: EmailConfirm,
    uows: UnitOfWorkFactoryDep,
    hasher: PasswordHasherDep,
    rate_limiter: RateLimiterDep,
    devices: DevicesDep,
) -> None:
    """Confirm a new e-mail address

    Send the token of the mailed link and the password of the account: any member may have asked for
    your address. A wrong password does not use up the link.
    """
    async with rate_limiter.guard(Budget(RESET, payload.token)):
        account_id = await confirm_new_email(
            uows, hasher, token=payload.token, password=payload.password
        )
    devices.remember(account_id)


@router.post(
    "/reopen",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The account is active again; you can sign in.",
    dependencies=[OwnOrigin],
    responses=problem_responses(LinkInvalid, OriginNotAllowed),
)
async def reactivate_account(payload: TokenOnly, uow: UnitOfWorkDep, devices: DevicesDep) -> None:
    """Reactivate an account after its 12 months

    Send the token of the mailed link. An account is locked at the end of its 12 months, and is
    kept for a while longer if no warning could be delivered before. Reactivation counts as a
    login; signing in reactivates the account too.
    """
    devices.remember(await reopen(uow, payload.token))
