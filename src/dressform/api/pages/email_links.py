"""The pages that mailed links lead to when the site has none of its own."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from dressform.api.pages.assets import render_page

router = APIRouter(include_in_schema=False)


@router.get("/verify-email")
def show_verify_email() -> HTMLResponse:
    return render_page("verify-email.html", endpoint="v1/auth/verify-email")


@router.get("/reset-password")
def show_reset_password() -> HTMLResponse:
    return render_page("reset-password.html", endpoint="v1/auth/password/reset")


@router.get("/sign-in")
def show_sign_in() -> HTMLResponse:
    # With credentials, so that the browser takes the cookie of the session.
    return render_page("sign-in.html", endpoint="v1/auth/link/redeem", credentials="same-origin")


@router.get("/reopen")
def show_reopen() -> HTMLResponse:
    return render_page("reopen.html", endpoint="v1/auth/reopen")


@router.get("/confirm-email")
def show_confirm_email() -> HTMLResponse:
    return render_page("confirm-email.html", endpoint="v1/auth/email/confirm")
