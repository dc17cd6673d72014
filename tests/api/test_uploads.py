"""A file as the body itself or as the one file of a form, at each endpoint that takes one."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.helpers.assertions import assert_problem
from tests.helpers.images import make_image, open_image
from tests.helpers.members import MemberClient

PICTURE, IMPORT = "/v1/profiles/me/picture", "/v1/models/import"
CSV = b"measurement,value,unit\r\nchest,1105,mm\r\n"


@pytest.fixture(params=["picture", "avatar"])
async def image_endpoint(ada: MemberClient, request: pytest.FixtureRequest) -> str:
    return PICTURE if request.param == "picture" else f"/v1/models/{await ada.add_model()}/avatar"


@pytest.mark.parametrize("name", ["file", "picture", "Photo é"])
async def test_picture_of_a_form_is_stored(
    ada: MemberClient, image_endpoint: str, name: str
) -> None:
    file = ("../../etc/ada.png", make_image(size=(11, 13)), "text/plain")

    answer = await ada.request("PUT", image_endpoint, files={name: file}, data={"alt": "me"})

    assert answer.status_code == 204, answer.text
    stored = await ada.request("GET", image_endpoint)
    assert open_image(stored.content).size == (11, 13)


async def test_large_picture_of_a_form_is_stored(ada: MemberClient, image_endpoint: str) -> None:
    """It has exactly as many bytes as a picture may have without a form."""
    file = make_image().ljust(10 * 1024 * 1024, b"\0")

    assert (await ada.request("PUT", image_endpoint, files={"file": file})).status_code == 204
    answer = await ada.request("PUT", image_endpoint, files={"file": file + b"\0"})
    assert_problem(answer, 413, "too-large")


async def test_upload_tells_the_version_of_what_it_stored(
    ada: MemberClient, image_endpoint: str
) -> None:
    for _ in range(2):
        put = await ada.request("PUT", image_endpoint, content=make_image())
        read = await ada.request("GET", image_endpoint)

        assert put.headers["ETag"] == read.headers["ETag"]
    known = {"If-None-Match": put.headers["ETag"]}
    assert (await ada.request("GET", image_endpoint, headers=known)).status_code == 304


async def test_file_of_measurements_of_a_form_is_imported(ada: MemberClient) -> None:
    answer = await ada.request("POST", IMPORT, files={"measurements": ("ada.csv", CSV, "text/csv")})

    assert answer.status_code == 200, answer.text
    assert (await ada.request("GET", "/v1/models")).json()["items"]


def form(*parts: tuple[str, str | None, bytes]) -> dict[str, Any]:
    lines = []
    for name, file_name, content in parts:
        shown = "" if file_name is None else f'; filename="{file_name}"'
        head = f'--bound\r\nContent-Disposition: form-data; name="{name}"{shown}\r\n\r\n'
        lines.append(head.encode() + content + b"\r\n")
    return {
        "content": b"".join(lines) + b"--bound--\r\n",
        "headers": {"Content-Type": "multipart/form-data; boundary=bound"},
    }


FORMS: dict[str, dict[str, Any]] = {
    "no part": form(),
    "no file": form(("file", None, b"text")),
    "two files": form(("a", "a.png", b"1"), ("b", "b.png", b"2")),
    "many fields": form(*((str(number), None, b"") for number in range(20)), ("f", "f", b"1")),
    "large field": form(("text", None, bytes(20_000)), ("f", "f", b"1")),
    "no boundary": {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}},
    "long boundary": {
        "content": b"x",
        "headers": {"Content-Type": "multipart/form-data; boundary=" + "b" * 5000},
    },
    "cut": {
        "content": b"--bound\r\nContent-Disposition: form-data; name=f",
        "headers": {"Content-Type": "multipart/form-data; boundary=bound"},
    },
    "many headers": {
        "content": b"--bound\r\n" + b"X: y\r\n" * 2000,
        "headers": {"Content-Type": "multipart/form-data; boundary=bound"},
    },
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(("method", "path"), [("PUT", PICTURE), ("POST", IMPORT)])
async def test_form_without_exactly_one_file_is_malformed(
    ada: MemberClient, method: str, path: str, name: str
) -> None:
    answer = await ada.request(method, path, **FORMS[name])

    assert_problem(answer, 400, "malformed-request")
    assert "one file" in answer.json()["detail"]


@pytest.mark.parametrize(("method", "path"), [("PUT", PICTURE), ("POST", IMPORT)])
async def test_form_of_a_stranger_is_not_read(ada: MemberClient, method: str, path: str) -> None:
    read = 0

    async def parts() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield bytes(1000)

    headers = {"Content-Type": "multipart/form-data; boundary=bound"}
    answer = await ada.client.request(method, path, content=parts(), headers=headers)

    assert_problem(answer, 401, "unauthenticated")
    assert read <= 1


@pytest.mark.parametrize("filling", [b"\r", b"\r\n", b"\r\n--boun", b"--bound", b"\0"])
async def test_hostile_form_does_not_hold_up_the_event_loop(
    ada: MemberClient, filling: bytes
) -> None:
    sent = form(("f", "f", filling * (9_000_000 // len(filling))))

    async def parts() -> AsyncIterator[bytes]:
        content: bytes = sent["content"]
        for at in range(0, len(content), 65_536):
            yield content[at : at + 65_536]
            pauses.append(time.perf_counter())

    pauses: list[float] = []
    answer: httpx.Response = await ada.request(
        "PUT", PICTURE, content=parts(), headers=sent["headers"]
    )
    await asyncio.sleep(0)

    assert answer.status_code in {400, 413, 415}
    waits = sorted(later - sooner for sooner, later in itertools.pairwise(pauses))
    assert waits[len(waits) // 2] < 0.01
