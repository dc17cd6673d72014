"""The pages that mailed links lead to when the site has none of its own."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from dressform.api.dependencies import SettingsDep
from dressform.api.pages.assets import render_page
from dressform.api.pages.field_messages import FIELD_MESSAGES
from dressform.crypto.secrets import TOKEN_PATTERN

router = APIRouter(include_in_schema=False)


@router.get("/verify-email")
async def show_verify_email(settings: SettingsDep) -> HTMLResponse:
    return _render("verify-email.html", "v1/auth/verify-email", settings)


@router.get("/reset-password")
async def show_reset_password(settings: SettingsDep) -> HTMLResponse:
    return _render("reset-password.html", "v1/auth/password/reset", settings)


@router.get("/sign-in")
async def show_sign_in(settings: SettingsDep) -> HTMLResponse:
    return _render("sign-in.html", "v1/auth/link/redeem", settings)


@router.get("/reopen")
async def show_reopen(settings: SettingsDep) -> HTMLResponse:
    return _render("reopen.html", "v1/auth/reopen", settings)


@router.get("/confirm-email")
async def show_confirm_email(settings: SettingsDep) -> HTMLResponse:
    return _render("confirm-email.html", "v1/auth/email/confirm", settings)


def _render(template: str, endpoint: str, settings: SettingsDep) -> HTMLResponse:
    """Render a page that sends its form to an endpoint, and leads on to the site.

    Its own page leads to signing in when there is no other site.
    """
    site = settings.frontend_url.rstrip("/")
    is_own = site == settings.public_url.rstrip("/")
    return render_page(
        template,
        endpoint=endpoint,
        site=site,
        sign_in="sign-in" if is_own else f"{site}/",
        token_pattern=TOKEN_PATTERN,
        messages=FIELD_MESSAGES,
    )
