"""What browsers are told to keep, to clear, and to refuse from other sites."""

import pytest

from dressform.api.pages.assets import assets
from tests.helpers.assertions import assert_problem
from tests.helpers.images import make_image
from tests.helpers.members import PASSWORD, MemberClient

LOGIN = "/v1/auth/login"
COOKIE_PATHS = ("/v1/auth/refresh", "/v1/auth/logout")


async def sign_in_with_cookie(ada: MemberClient, site: str | None) -> int:
    headers = {} if site is None else {"Sec-Fetch-Site": site}
    body = {"login": ada.email, "password": PASSWORD, "session": "cookie"}
    return (await ada.client.post(LOGIN, json=body, headers=headers)).status_code


@pytest.mark.parametrize("site", ["cross-site", "none", "other"])
@pytest.mark.parametrize("path", COOKIE_PATHS)
async def test_cookie_is_refused_from_another_site_without_an_origin(
    ada: MemberClient, path: str, site: str
) -> None:
    assert await sign_in_with_cookie(ada, "same-origin") == 200

    refused = await ada.client.post(path, headers={"Sec-Fetch-Site": site})
    accepted = await ada.client.post(path, headers={"Sec-Fetch-Site": "same-site"})

    assert_problem(refused, 403, "origin-not-allowed")
    assert accepted.is_success


@pytest.mark.parametrize(
    ("site", "status"),
    [(None, 200), ("same-origin", 200), ("same-site", 200), ("cross-site", 403), ("none", 403)],
)
async def test_login_sets_no_cookie_for_another_site(
    ada: MemberClient, site: str | None, status: int
) -> None:
    assert await sign_in_with_cookie(ada, site) == status


async def test_signing_out_clears_the_cache_of_the_browser(ada: MemberClient) -> None:
    await sign_in_with_cookie(ada, None)

    response = await ada.client.post("/v1/auth/logout")

    assert response.headers["Clear-Site-Data"] == '"cache"'


async def test_erasure_clears_all_that_the_browser_stores(ada: MemberClient) -> None:
    response = await ada.request("POST", "/v1/privacy/erasure", json={"password": PASSWORD})

    assert response.status_code == 204
    assert response.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'


async def test_no_personal_response_may_be_stored(ada: MemberClient) -> None:
    model = (await ada.request("POST", "/v1/models", json={"name": "Me", "breasts": True})).json()
    image = {"Content-Type": "image/png"}
    avatar = f"/v1/models/{model['id']}/avatar"
    for path in ("/v1/profiles/me/picture", avatar):
        await ada.request("PUT", path, content=make_image(), headers=image)

    for path in (
        "/v1/profiles/me",
        "/v1/profiles/me/picture",
        f"/v1/profiles/{ada.username}",
        f"/v1/profiles/{ada.username}/picture",
        "/v1/models",
        f"/v1/models/{model['id']}",
        avatar,
        f"/v1/models/{model['id']}/warnings",
        f"/v1/models/{model['id']}/silhouette.svg",
        f"/v1/models/{model['id']}/export?format=smis",
        "/v1/auth/sessions",
        "/v1/privacy/export",
        "/v1/privacy/consents",
    ):
        response = await ada.request("GET", path)

        assert response.status_code == 200, path
        assert "no-store" in response.headers["Cache-Control"], path


@pytest.mark.parametrize("kind", ["smis", "vit"])
async def test_xml_names_its_encoding(ada: MemberClient, kind: str) -> None:
    model = (await ada.request("POST", "/v1/models", json={"name": "Me", "breasts": True})).json()
    response = await ada.request("GET", f"/v1/models/{model['id']}/export?format={kind}")
    drawing = await ada.request("GET", f"/v1/models/{model['id']}/silhouette.svg")
    sitemap = await ada.client.get("/sitemap.xml")
    icon = await ada.client.get(f"/{assets()['favicon.svg'].path}")

    assert response.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert drawing.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert sitemap.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert icon.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
