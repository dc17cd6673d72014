from typing import Annotated

from fastapi import APIRouter, Query, Response, status
from fastapi.responses import StreamingResponse

from dressform.actions.erase_account import erase_account
from dressform.actions.export_account import export_account as collect_account_data
from dressform.actions.restrict_account import restrict_account
from dressform.api.dependencies import (
    AuditorDep,
    CurrentMemberOrRestricted,
    OneExport,
    PasswordHasherDep,
    SettingsDep,
    UnitOfWorkDep,
    UnitOfWorkFactoryDep,
)
from dressform.api.problem_responses import problem_responses
from dressform.api.rate_limiter import RateLimiterDep
from dressform.api.refresh_token import CLEAR_ALL
from dressform.api.schemas.account_export import AccountExport, stream_export
from dressform.api.schemas.accounts import PasswordOnly
from dressform.api.schemas.fields import Language
from dressform.api.schemas.privacy import CategoryRead, NoticeRead, RestrictionUpdate, StatusRead
from dressform.errors import RateLimited, WrongPassword
from dressform.policy.notice import notice
from dressform.repositories.rate_limits import Budget

router = APIRouter(prefix="/v1/privacy", tags=["privacy"])

NoticeLanguage = Annotated[Language, Query(description="The language of the texts.")]


@router.get("/notice", response_description="The privacy notice.")
async def read_notice(
    response: Response, settings: SettingsDep, language: NoticeLanguage = "en"
) -> NoticeRead:
    """Read the privacy notice

    The notice is generated from the same data that the retention rules are enforced by.
    """
    response.headers["Cache-Control"] = "public, max-age=3600"
    categories = [
        CategoryRead.from_domain(category, language)
        for category in notice(settings.backup_retention)
    ]
    return NoticeRead(language=language, categories=categories)


@router.get("/status", response_description="The status.")
async def read_status(
    response: Response, auditor: AuditorDep, language: NoticeLanguage = "en"
) -> StatusRead:
    """Check that the privacy notice is kept

    An independent check reads what is stored and does not rely on the worker's reports. The
    status becomes `overdue` by itself when nothing is deleted any more.
    """
    found = await auditor.get_findings()
    response.headers["Cache-Control"] = "public, max-age=60"
    return StatusRead.from_domain(found, language)


@router.get(
    "/export",
    response_model=AccountExport,
    response_description="All data that are stored about you.",
    dependencies=[OneExport],
)
async def export_account(me: CurrentMemberOrRestricted, uow: UnitOfWorkDep) -> Response:
    """Export all your data

    This is the access and portability of GDPR Art. 15 and 20. Pictures are in base64. One export
    at a time is sent to an account.
    """
    return StreamingResponse(
        stream_export(await collect_account_data(uow, me)),
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="dressform.json"'},
    )


@router.put(
    "/restriction",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The restriction is updated.",
    responses=problem_responses(WrongPassword, RateLimited),
)
async def set_restriction(
    payload: RestrictionUpdate,
    me: CurrentMemberOrRestricted,
    uows: UnitOfWorkFactoryDep,
    hasher: PasswordHasherDep,
    rate_limiter: RateLimiterDep,
) -> None:
    """Restrict processing, or lift the restriction

    This is the restriction of GDPR Art. 18. While it lasts, your data are stored but neither
    shown nor used: other members do not see your profile, and no new model is created, drawn,
    checked or exported. You can still read, correct and delete your data, change your password
    and address, withdraw consent, export your data and delete your account. The 12 months do
    not end a restricted account: the notice says how long it is kept at most without a login.
    """
    async with rate_limiter.guard(Budget.of_session(me)):
        await restrict_account(
            uows, hasher, me, password=payload.password, restricted=payload.restricted
        )


@router.post(
    "/erasure",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The account and all its data are deleted.",
    responses=problem_responses(WrongPassword, RateLimited),
)
async def delete_account(
    payload: PasswordOnly,
    me: CurrentMemberOrRestricted,
    uows: UnitOfWorkFactoryDep,
    *,
    hasher: PasswordHasherDep,
    rate_limiter: RateLimiterDep,
    response: Response,
) -> None:
    """Delete your account

    This is the erasure of GDPR Art. 17. Your profile, picture, models, avatars and sessions are
    deleted at once and cannot be restored. A last mail confirms it.
    """
    async with rate_limiter.guard(Budget.of_session(me)):
        await erase_account(uows, hasher, me, password=payload.password)
    response.headers["Clear-Site-Data"] = CLEAR_ALL
