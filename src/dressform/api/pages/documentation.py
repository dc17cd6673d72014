"""The pages of the API: its documentation and its errors."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from dressform.api.dependencies import SettingsDep
from dressform.api.pages.assets import assets, render_page
from dressform.api.problem_responses import all_errors
from dressform.crypto.secrets import new_token
from dressform.errors import NotFound

router = APIRouter(include_in_schema=False)


@router.get("/")
async def show_index(settings: SettingsDep) -> HTMLResponse:
    return render_page("index.html", address=f"{settings.public_url}/")


@router.get("/docs")
def show_docs() -> HTMLResponse:
    # Swagger UI draws its icons as data.
    return render_page("docs.html", policy={"img-src": "'self' data:"})


@router.get("/redoc")
def show_redoc() -> HTMLResponse:
    nonce = new_token()
    policy = {
        "img-src": "'self' data:",
        # Redoc makes its style sheets as it goes.
        "style-src": f"'nonce-{nonce}'",
        # Its search runs in a worker that it makes from a string.
        "worker-src": "blob:",
    }
    return render_page("redoc.html", policy=policy, nonce=nonce)


@router.get("/problems")
def show_problems() -> HTMLResponse:
    known = sorted(all_errors(), key=lambda kind: kind.status)
    return render_page("problems.html", problems=known)


@router.get("/assets/{digest}/{name}")
def read_asset(digest: str, name: str) -> Response:
    """Return an asset, whose path changes with its content, so browsers may cache it forever."""
    asset = assets().get(name)
    if asset is None or asset.digest != digest:
        raise NotFound
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(asset.content, media_type=asset.media_type, headers=headers)
