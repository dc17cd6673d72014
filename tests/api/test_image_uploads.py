"""The picture of a profile and the avatar of a model: one way in, and who may look."""

import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from dressform.db.tables import Avatar, Picture
from dressform.db.unit_of_work import UnitOfWorkFactory
from tests.conftest import MovableClock
from tests.helpers.images import drawn, opened, photograph
from tests.helpers.members import Person
from tests.integration.test_end_to_end import count

Join = Callable[..., Awaitable[Person]]

ME = "/v1/profiles/me"
IMAGE = {"Content-Type": "image/png"}


@pytest.fixture(params=["picture", "avatar"])
async def place(ada: Person, request: pytest.FixtureRequest) -> str:
    if request.param == "picture":
        return f"{ME}/picture"
    return f"/v1/models/{await ada.add_model()}/avatar"


async def link_to(person: Person, place: str) -> object:
    """Where the profile or the model says that the picture is."""
    owner, _, kind = place.rpartition("/")
    return (await person.ask("GET", owner)).json()[kind]


async def put(person: Person, place: str, content: bytes, status: int = 204) -> None:
    response = await person.ask("PUT", place, content=content, headers=IMAGE)
    assert response.status_code == status, response.text


async def test_where_none_was_put_is_none(ada: Person, place: str) -> None:
    for method in ("GET", "DELETE"):
        response = await ada.ask(method, place)

        assert response.status_code == 404
        assert response.headers["Content-Type"] == "application/problem+json"
    assert await link_to(ada, place) is None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
async def test_each_format_comes_back_as_webp(ada: Person, place: str, kind: str) -> None:
    await put(ada, place, drawn(kind, size=(2000, 500)))

    response = await ada.ask("GET", place)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "image/webp"
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert opened(response.content).format == "WEBP"
    assert opened(response.content).size == (1024, 256)
    assert await link_to(ada, place) == place


async def test_metadata_stays_behind_and_the_picture_stands_upright(
    ada: Person, place: str
) -> None:
    secret = "48.8566 N, 2.3522 E, camera 12345"
    await put(ada, place, photograph(secret))

    kept = (await ada.ask("GET", place)).content

    assert secret.encode() not in kept
    assert not opened(kept).getexif()
    assert opened(kept).size == (30, 40)


async def test_a_later_one_takes_its_place(
    ada: Person, place: str, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await put(ada, place, drawn(colour="teal"))
    before = await ada.ask("GET", place)
    clock.advance(seconds=1)
    await put(ada, place, drawn(colour="red", size=(7, 5)))

    after = await ada.ask("GET", place)

    assert opened(after.content).size == (7, 5)
    assert after.headers["ETag"] != before.headers["ETag"]
    assert await count(uows, Picture) + await count(uows, Avatar) == 1


async def test_who_has_it_is_told_so(ada: Person, place: str, clock: MovableClock) -> None:
    await put(ada, place, drawn())
    etag = (await ada.ask("GET", place)).headers["ETag"]

    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        same = await ada.ask("GET", place, headers={"If-None-Match": known})
        assert same.status_code == 304, known
        assert same.content == b""
        assert same.headers["ETag"] == etag
        assert same.headers["Cache-Control"] == "private, no-cache"
    for unknown in ('"other"', etag.strip('"'), ""):
        fresh = await ada.ask("GET", place, headers={"If-None-Match": unknown})
        assert fresh.status_code == 200, unknown

    clock.advance(seconds=1)
    await put(ada, place, drawn())
    replaced = await ada.ask("GET", place, headers={"If-None-Match": etag})
    assert replaced.status_code == 200


async def test_it_is_removed_at_once(ada: Person, place: str, uows: UnitOfWorkFactory) -> None:
    await put(ada, place, drawn())
    etag = (await ada.ask("GET", place)).headers["ETag"]

    removed = await ada.ask("DELETE", place)

    assert removed.status_code == 204
    assert (await ada.ask("GET", place, headers={"If-None-Match": etag})).status_code == 404
    assert (await ada.ask("DELETE", place)).status_code == 404
    assert await link_to(ada, place) is None
    assert await count(uows, Picture) + await count(uows, Avatar) == 0


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
        (drawn("GIF"), 415),
        (drawn("BMP"), 415),
        (drawn("PNG")[:-30], 415),
        (drawn("JPEG")[:200], 415),
        (drawn("WEBP")[:40], 415),
        (bomb(), 413),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * (10 * 1024 * 1024), 413),
    ],
    ids=[
        "empty",
        "gif head",
        "svg",
        "gif",
        "bmp",
        "cut png",
        "cut jpeg",
        "cut webp",
        "bomb",
        "big",
    ],
)
async def test_what_is_no_picture_of_ours_leaves_the_present_one(
    ada: Person, place: str, content: bytes, status: int
) -> None:
    await put(ada, place, drawn())
    before = (await ada.ask("GET", place)).content

    response = await ada.ask("PUT", place, content=content, headers=IMAGE)

    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert (await ada.ask("GET", place)).content == before


async def test_a_body_that_never_ends_is_not_read_to_its_end(ada: Person, place: str) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 1000:
            sent += 1
            yield b"\0" * 1_000_000

    response = await ada.ask("PUT", place, content=endless(), headers=IMAGE)

    assert response.status_code == 413
    assert response.json()["type"] == "/problems#too-large"
    assert sent == 11


async def test_members_see_each_others_pictures(ada: Person, join: Join) -> None:
    grace = await join("grace")
    await put(ada, f"{ME}/picture", drawn(size=(11, 13)))

    profile = (await grace.ask("GET", "/v1/profiles/ada")).json()
    seen = await grace.ask("GET", profile["picture"])
    again = await grace.ask(
        "GET", profile["picture"], headers={"If-None-Match": seen.headers["ETag"]}
    )

    assert profile["picture"] == "/v1/profiles/ada/picture"
    assert opened(seen.content).size == (11, 13)
    assert again.status_code == 304
    assert (await grace.ask("GET", f"{ME}/picture")).status_code == 404
    assert (await grace.ask("GET", "/v1/profiles/grace/picture")).status_code == 404


async def test_nobody_sees_the_picture_of_a_restricted_member(ada: Person, join: Join) -> None:
    grace = await join("grace")
    await put(ada, f"{ME}/picture", drawn())
    etag = (await grace.ask("GET", "/v1/profiles/ada/picture")).headers["ETag"]
    restriction = {"restricted": True, "password": ada.password}
    await ada.ask("PUT", "/v1/privacy/restriction", json=restriction)

    for headers in ({}, {"If-None-Match": etag}):
        hidden = await grace.ask("GET", "/v1/profiles/ada/picture", headers=headers)

        assert hidden.status_code == 404


async def test_only_the_owner_sees_and_sets_an_avatar(ada: Person, join: Join) -> None:
    grace = await join("grace")
    avatar = f"/v1/models/{await ada.add_model()}/avatar"
    await put(ada, avatar, drawn(size=(11, 13)))

    await put(grace, avatar, drawn(), status=404)

    assert (await grace.ask("GET", avatar)).status_code == 404
    assert (await grace.ask("DELETE", avatar)).status_code == 404
    assert (await ada.client.get(avatar)).status_code == 401
    assert opened((await ada.ask("GET", avatar)).content).size == (11, 13)


async def test_an_avatar_goes_with_its_model(ada: Person, uows: UnitOfWorkFactory) -> None:
    model = f"/v1/models/{await ada.add_model()}"
    await put(ada, f"{model}/avatar", drawn())

    await ada.ask("DELETE", model)

    assert (await ada.ask("GET", f"{model}/avatar")).status_code == 404
    assert await count(uows, Avatar) == 0
    await put(ada, f"{model}/avatar", drawn(), status=404)
