"""The page of the privacy notice and its status."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from dressform.api.dependencies import AuditorDep, SettingsDep
from dressform.api.pages.localized import PageLanguage, render_localized
from dressform.api.schemas.privacy import CategoryRead, StatusRead
from dressform.policy.notice import notice

router = APIRouter(include_in_schema=False)


@router.get("/privacy")
async def show_privacy(
    auditor: AuditorDep, settings: SettingsDep, language: PageLanguage
) -> HTMLResponse:
    status = StatusRead.from_domain(await auditor.get_findings(), language)
    named = [
        (
            category.name.fr if language == "fr" else category.name.en,
            CategoryRead.from_domain(category, language),
        )
        for category in notice(settings.backup_retention)
    ]
    return render_localized(
        "privacy.html",
        language,
        address=f"{settings.public_url}/privacy",
        status=status,
        categories=named,
        contact=settings.contact,
    )
