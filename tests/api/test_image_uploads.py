"""The picture of a profile and the avatar of a model: one way in, and who may look."""

import struct
import zlib
from collections.abc import AsyncIterator

import pytest

from dressform.db.tables import Avatar, Picture
from dressform.db.unit_of_work import UnitOfWorkFactory
from tests.conftest import MovableClock
from tests.helpers.databases import count_rows
from tests.helpers.images import make_image, open_image, photograph
from tests.helpers.members import CreateMember, MemberClient

ME = "/v1/profiles/me"
IMAGE = {"Content-Type": "image/png"}


@pytest.fixture(params=["picture", "avatar"])
async def image_endpoint(ada: MemberClient, request: pytest.FixtureRequest) -> str:
    if request.param == "picture":
        return f"{ME}/picture"
    return f"/v1/models/{await ada.add_model()}/avatar"


async def link_to(person: MemberClient, image_endpoint: str) -> object:
    """Where the profile or the model says that the picture is."""
    owner, _, kind = image_endpoint.rpartition("/")
    return (await person.request("GET", owner)).json()[kind]


async def put(person: MemberClient, image_endpoint: str, content: bytes, status: int = 204) -> None:
    response = await person.request("PUT", image_endpoint, content=content, headers=IMAGE)
    assert response.status_code == status, response.text


async def test_where_none_was_put_is_none(ada: MemberClient, image_endpoint: str) -> None:
    for method in ("GET", "DELETE"):
        response = await ada.request(method, image_endpoint)

        assert response.status_code == 404
        assert response.headers["Content-Type"] == "application/problem+json"
    assert await link_to(ada, image_endpoint) is None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF", "HEIF", "GIF"])
async def test_each_format_comes_back_as_webp(
    ada: MemberClient, image_endpoint: str, kind: str
) -> None:
    await put(ada, image_endpoint, make_image(kind, size=(2000, 500)))

    response = await ada.request("GET", image_endpoint)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "image/webp"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert open_image(response.content).format == "WEBP"
    assert open_image(response.content).size == (1024, 256)
    assert await link_to(ada, image_endpoint) == image_endpoint


async def test_metadata_stays_behind_and_the_picture_stands_upright(
    ada: MemberClient, image_endpoint: str
) -> None:
    secret = "48.8566 N, 2.3522 E, camera 12345"
    await put(ada, image_endpoint, photograph(secret))

    kept = (await ada.request("GET", image_endpoint)).content

    assert secret.encode() not in kept
    assert not open_image(kept).getexif()
    assert open_image(kept).size == (30, 40)


async def test_a_later_one_takes_its_place(
    ada: MemberClient, image_endpoint: str, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await put(ada, image_endpoint, make_image(colour="teal"))
    before = await ada.request("GET", image_endpoint)
    clock.advance(seconds=1)
    await put(ada, image_endpoint, make_image(colour="red", size=(7, 5)))

    after = await ada.request("GET", image_endpoint)

    assert open_image(after.content).size == (7, 5)
    assert after.headers["ETag"] != before.headers["ETag"]
    assert await count_rows(uows, Picture) + await count_rows(uows, Avatar) == 1


async def test_who_has_it_is_told_so(
    ada: MemberClient, image_endpoint: str, clock: MovableClock
) -> None:
    await put(ada, image_endpoint, make_image())
    etag = (await ada.request("GET", image_endpoint)).headers["ETag"]

    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        same = await ada.request("GET", image_endpoint, headers={"If-None-Match": known})
        assert same.status_code == 304, known
        assert same.content == b""
        assert same.headers["ETag"] == etag
        assert same.headers["Cache-Control"] == "no-store"
    for unknown in ('"other"', etag.strip('"'), ""):
        fresh = await ada.request("GET", image_endpoint, headers={"If-None-Match": unknown})
        assert fresh.status_code == 200, unknown

    clock.advance(seconds=1)
    await put(ada, image_endpoint, make_image())
    replaced = await ada.request("GET", image_endpoint, headers={"If-None-Match": etag})
    assert replaced.status_code == 200


async def test_it_is_removed_at_once(
    ada: MemberClient, image_endpoint: str, uows: UnitOfWorkFactory
) -> None:
    await put(ada, image_endpoint, make_image())
    etag = (await ada.request("GET", image_endpoint)).headers["ETag"]

    removed = await ada.request("DELETE", image_endpoint)

    assert removed.status_code == 204
    assert (
        await ada.request("GET", image_endpoint, headers={"If-None-Match": etag})
    ).status_code == 404
    assert (await ada.request("DELETE", image_endpoint)).status_code == 404
    assert await link_to(ada, image_endpoint) is None
    assert await count_rows(uows, Picture) + await count_rows(uows, Avatar) == 0


def bomb() -> bytes:
    """A PNG of 64 megapixels that says so in its first bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", 8000, 8000, 1, 0, 0, 0, 0)
    lines = zlib.compress(b"\0" * (1001 * 8000))
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 415),
        (b"GIF89a" + b"\0" * 40, 415),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415),
        (b"%PDF-1.7", 415),
        (make_image("BMP"), 415),
        (make_image("PNG")[:-30], 415),
        (make_image("JPEG")[:200], 415),
        (make_image("WEBP")[:40], 415),
        (bomb(), 413),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * (10 * 1024 * 1024), 413),
    ],
    ids=[
        "empty",
        "gif head",
        "svg",
        "pdf",
        "bmp",
        "cut png",
        "cut jpeg",
        "cut webp",
        "bomb",
        "big",
    ],
)
async def test_what_is_no_picture_of_ours_leaves_the_present_one(
    ada: MemberClient, image_endpoint: str, content: bytes, status: int
) -> None:
    await put(ada, image_endpoint, make_image())
    before = (await ada.request("GET", image_endpoint)).content

    response = await ada.request("PUT", image_endpoint, content=content, headers=IMAGE)

    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert (await ada.request("GET", image_endpoint)).content == before


async def test_a_body_that_never_ends_is_not_read_to_its_end(
    ada: MemberClient, image_endpoint: str
) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 1000:
            sent += 1
            yield b"\0" * 1_000_000

    response = await ada.request("PUT", image_endpoint, content=endless(), headers=IMAGE)

    assert response.status_code == 413
    assert response.json()["type"] == "/problems#too-large"
    assert sent == 11


async def test_members_see_each_others_pictures(
    ada: MemberClient, create_member: CreateMember
) -> None:
    grace = await create_member("grace")
    await put(ada, f"{ME}/picture", make_image(size=(11, 13)))

    profile = (await grace.request("GET", "/v1/profiles/ada")).json()
    seen = await grace.request("GET", profile["picture"])
    again = await grace.request(
        "GET", profile["picture"], headers={"If-None-Match": seen.headers["ETag"]}
    )

    assert profile["picture"] == "/v1/profiles/ada/picture"
    assert open_image(seen.content).size == (11, 13)
    assert again.status_code == 304
    assert (await grace.request("GET", f"{ME}/picture")).status_code == 404
    assert (await grace.request("GET", "/v1/profiles/grace/picture")).status_code == 404


async def test_nobody_sees_the_picture_of_a_restricted_member(
    ada: MemberClient, create_member: CreateMember
) -> None:
    grace = await create_member("grace")
    await put(ada, f"{ME}/picture", make_image())
    etag = (await grace.request("GET", "/v1/profiles/ada/picture")).headers["ETag"]
    restriction = {"restricted": True, "password": ada.password}
    await ada.request("PUT", "/v1/privacy/restriction", json=restriction)

    for headers in ({}, {"If-None-Match": etag}):
        hidden = await grace.request("GET", "/v1/profiles/ada/picture", headers=headers)

        assert hidden.status_code == 404


async def test_only_the_owner_sees_and_sets_an_avatar(
    ada: MemberClient, create_member: CreateMember
) -> None:
    grace = await create_member("grace")
    avatar = f"/v1/models/{await ada.add_model()}/avatar"
    await put(ada, avatar, make_image(size=(11, 13)))

    await put(grace, avatar, make_image(), status=404)

    assert (await grace.request("GET", avatar)).status_code == 404
    assert (await grace.request("DELETE", avatar)).status_code == 404
    assert (await ada.client.get(avatar)).status_code == 401
    assert open_image((await ada.request("GET", avatar)).content).size == (11, 13)


async def test_an_avatar_goes_with_its_model(ada: MemberClient, uows: UnitOfWorkFactory) -> None:
    model = f"/v1/models/{await ada.add_model()}"
    await put(ada, f"{model}/avatar", make_image())

    await ada.request("DELETE", model)

    assert (await ada.request("GET", f"{model}/avatar")).status_code == 404
    assert await count_rows(uows, Avatar) == 0
    await put(ada, f"{model}/avatar", make_image(), status=404)
