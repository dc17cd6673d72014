from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from dressform.actions.erase_account import erase_account
from dressform.actions.export_account import export_account as collect_account_data
from dressform.actions.restrict_account import restrict_account
from dressform.api.dependencies import (
    Auditor,
    CurrentMemberOrRestricted,
    PasswordHasherDep,
    RateLimiterDep,
    Settings,
    UnitOfWorkDep,
    UnitOfWorkFactoryDep,
)
from dressform.api.problem_responses import problem_responses
from dressform.api.rate_limiter import RateLimit
from dressform.api.schemas.accounts import PasswordOnly
from dressform.api.schemas.fields import Language
from dressform.api.schemas.privacy import (
    AccountExport,
    CategoryRead,
    NoticeRead,
    RestrictionUpdate,
    StatusRead,
)
from dressform.errors import RateLimited, WrongPassword
from dressform.policy.notice import notice

router = APIRouter(prefix="/v1/privacy", tags=["privacy"])

NoticeLanguage = Annotated[Language, Query(description="Of the texts.")]


@router.get("/notice", response_description="The notice.")
async def read_notice(
    response: Response, settings: Settings, language: NoticeLanguage = "en"
) -> NoticeRead:
    """What is kept, why, and for how long

    Made from the very data by which the rules are enforced.
    """
    response.headers["Cache-Control"] = "public, max-age=3600"
    categories = [
        CategoryRead.of(category, language) for category in notice(settings.backup_retention)
    ]
    return NoticeRead(language=language, categories=categories)


@router.get("/status", response_description="What was found.")
async def read_status(
    response: Response, auditor: Auditor, language: NoticeLanguage = "en"
) -> StatusRead:
    """Whether the notice is kept

    Asked of what is stored, by code of its own: it does not take the word of what deletes, and turns
    to overdue by itself when nothing does.
    """
    found = await auditor.findings()
    response.headers["Cache-Control"] = "public, max-age=60"
    return StatusRead.of(found, language)


@router.get("/export", response_description="Everything that is stored about you.")
async def export_account(
    me: CurrentMemberOrRestricted, uow: UnitOfWorkDep, response: Response
) -> AccountExport:
    """Take your data with you

    GDPR Art. 15 and 20. Pictures are in base64.
    """
    response.headers["Content-Disposition"] = 'attachment; filename="dressform.json"'
    return AccountExport.of(await collect_account_data(uow, me))


@router.put(
    "/restriction",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="As you wished, from this moment on.",
    responses=problem_responses(WrongPassword, RateLimited),
)
async def set_restriction(
    body: RestrictionUpdate,
    me: CurrentMemberOrRestricted,
    units: UnitOfWorkFactoryDep,
    hasher: PasswordHasherDep,
    rate_limiter: RateLimiterDep,
) -> None:
    """Restrict processing, or lift the restriction

    GDPR Art. 18. While restricted your data are kept but neither shown nor used: nobody sees your
    profile, and no new model is made, drawn, checked or handed to another program. You can still
    read, correct and remove all that you have, change your password and address, withdraw a
    consent, take your data with you and delete your account. The 12 months do not end a restricted
    account: the notice says for how long it is kept at most without a login.
    """
    with rate_limiter.guard(RateLimit.PASSWORD, str(me.account_id)):
        await restrict_account(
            units, hasher, me, password=body.password, restricted=body.restricted
        )


@router.post(
    "/erasure",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The account is gone with everything in it.",
    responses=problem_responses(WrongPassword, RateLimited),
)
async def delete_account(
    body: PasswordOnly,
    me: CurrentMemberOrRestricted,
    units: UnitOfWorkFactoryDep,
    hasher: PasswordHasherDep,
    rate_limiter: RateLimiterDep,
) -> None:
    """Delete your account

    GDPR Art. 17. At once and for good: profile, picture, models, avatars, sessions. A last mail
    confirms it.
    """
    with rate_limiter.guard(RateLimit.PASSWORD, str(me.account_id)):
        await erase_account(units, hasher, me, password=body.password)
