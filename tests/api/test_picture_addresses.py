"""Addresses by which a page shows pictures without an access token: who gets one, and until when."""

import base64

import httpx
import pytest
from fastapi import FastAPI

from dressform.access_log.middleware import UNMATCHED
from tests.conftest import MovableClock
from tests.helpers.access_log import list_records
from tests.helpers.assertions import assert_problem
from tests.helpers.images import make_image, open_image
from tests.helpers.members import CreateMember, MemberClient

PICTURE = "/v1/profiles/me/picture"


@pytest.fixture(params=["own", "other", "avatar"])
async def address_endpoint(ada: MemberClient, request: pytest.FixtureRequest) -> str:
    """Return the endpoint that gives Ada an address of a picture of hers."""
    model = await ada.add_model()
    upload = f"/v1/models/{model}/avatar" if request.param == "avatar" else PICTURE
    answer = await ada.request("PUT", upload, content=make_image(size=(11, 13)))
    assert answer.status_code == 204
    return "/v1/profiles/ada/picture/address" if request.param == "other" else f"{upload}/address"


async def get_url(person: MemberClient, endpoint: str) -> str:
    answer = await person.request("GET", endpoint)
    assert answer.status_code == 200, answer.text
    url: str = answer.json()["url"]
    return url


async def read(person: MemberClient, url: str, **headers: str) -> httpx.Response:
    """Read without an access token."""
    return await person.client.get(url, headers=headers)


def upload_of(endpoint: str) -> str:
    return PICTURE if "profiles" in endpoint else endpoint.removesuffix("/address")


async def test_address_shows_the_picture_without_a_token(
    ada: MemberClient, address_endpoint: str
) -> None:
    url = await get_url(ada, address_endpoint)

    seen = await read(ada, url)

    assert seen.status_code == 200
    assert seen.headers["Content-Type"] == "image/webp"
    assert open_image(seen.content).size == (11, 13)
    # Neither caches nor pages that are linked to learn of it.
    assert seen.headers["Cache-Control"] == "no-store"
    assert seen.headers["Referrer-Policy"] == "no-referrer"
    assert (await read(ada, url, **{"If-None-Match": seen.headers["ETag"]})).status_code == 304


async def test_address_ends_after_five_minutes(
    ada: MemberClient, address_endpoint: str, clock: MovableClock
) -> None:
    url = await get_url(ada, address_endpoint)

    clock.advance(minutes=4, seconds=59)
    assert (await read(ada, url)).status_code == 200
    clock.advance(seconds=1)
    assert_problem(await read(ada, url), 404, "not-found")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_address_ends_when_the_picture_changes(
    ada: MemberClient, address_endpoint: str, method: str
) -> None:
    url, upload = await get_url(ada, address_endpoint), upload_of(address_endpoint)
    content = make_image(colour="red") if method == "PUT" else None
    assert (await ada.request(method, upload, content=content)).status_code == 204

    assert_problem(await read(ada, url), 404, "not-found")
    fresh = await ada.request("GET", address_endpoint)
    assert fresh.status_code == (200 if method == "PUT" else 404)


async def test_address_ends_with_the_account(ada: MemberClient, address_endpoint: str) -> None:
    url = await get_url(ada, address_endpoint)
    erased = await ada.request("POST", "/v1/privacy/erasure", json={"password": ada.password})
    assert erased.is_success, erased.text

    assert_problem(await read(ada, url), 404, "not-found")


async def test_restriction_hides_a_picture_from_others_and_not_from_its_owner(
    ada: MemberClient, create_member: CreateMember
) -> None:
    grace = await create_member("grace")
    await ada.request("PUT", PICTURE, content=make_image())
    of_other = await get_url(grace, "/v1/profiles/ada/picture/address")
    own = await get_url(ada, f"{PICTURE}/address")
    restriction = {"restricted": True, "password": ada.password}
    await ada.request("PUT", "/v1/privacy/restriction", json=restriction)

    assert (await read(grace, of_other)).status_code == 404
    assert (await read(ada, own)).status_code == 200
    answer = await grace.request("GET", "/v1/profiles/ada/picture/address")
    assert_problem(answer, 404, "not-found")


async def test_only_members_get_addresses_and_only_owners_those_of_avatars(
    ada: MemberClient, create_member: CreateMember
) -> None:
    grace = await create_member("grace")
    avatar = f"/v1/models/{await ada.add_model()}/avatar"
    for upload in (avatar, PICTURE):
        await ada.request("PUT", upload, content=make_image())

    assert (await grace.request("GET", f"{avatar}/address")).status_code == 404
    assert (await grace.request("GET", f"{PICTURE}/address")).status_code == 404
    for endpoint in (f"{avatar}/address", "/v1/profiles/ada/picture/address"):
        assert_problem(await read(ada, endpoint), 401, "unauthenticated")


async def test_forged_address_shows_nothing(ada: MemberClient, address_endpoint: str) -> None:
    url = await get_url(ada, address_endpoint)
    start, _, token = url.partition("token=")
    sealed = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    forged = ["", "x", "é", "A" * 100, token[:-4], token + "AAAA", token.swapcase()]
    for at in range(0, len(sealed), 7):
        sealed[at] ^= 1
        forged.append(base64.urlsafe_b64encode(bytes(sealed)).rstrip(b"=").decode())
        sealed[at] ^= 1

    for each in forged:
        assert_problem(await read(ada, f"{start}token={each}"), 404, "not-found")
    assert_problem(await read(ada, f"{start}token=" + "A" * 201), 422, "invalid-input")


async def test_address_shows_no_name_and_no_id(ada: MemberClient) -> None:
    model = await ada.add_model()
    await ada.request("PUT", f"/v1/models/{model}/avatar", content=make_image())

    urls = {await get_url(ada, f"/v1/models/{model}/avatar/address") for _ in range(2)}

    assert len(urls) == 2
    for url in urls:
        token = url.partition("token=")[2]
        assert bytes.fromhex(model.replace("-", "")) not in base64.urlsafe_b64decode(token + "==")


async def test_access_log_has_the_route_of_an_address_and_no_token(
    ada: MemberClient, app: FastAPI, address_endpoint: str
) -> None:
    await read(ada, await get_url(ada, address_endpoint))

    routes = {record.route for record in await list_records(app)}
    assert "/v1/pictures" in routes
    assert UNMATCHED not in routes
    assert not [route for route in routes if "token" in route]


async def test_reading_by_an_address_counts_as_a_request_of_the_member_who_got_it(
    ada: MemberClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ada.request("PUT", PICTURE, content=make_image())
    url = await get_url(ada, f"{PICTURE}/address")
    limiter = app.state.dressform.member_limiter
    monkeypatch.setattr(limiter, "_interval", 60)
    monkeypatch.setattr(limiter, "_tolerance", 60)

    answers = [(await read(ada, url)).status_code for _ in range(4)]

    assert answers == [200, 200, 429, 429]
