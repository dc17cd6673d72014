"""A picture is not blamed when its decoder is killed or stopped, and its sender has an answer soon."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest
from fastapi import FastAPI

from dressform.images import ImageProcessor, decoding
from tests.helpers.assertions import assert_problem
from tests.helpers.images import make_image
from tests.helpers.members import MemberClient

PICTURE = "/v1/profiles/me/picture"


def list_children() -> set[int]:
    """Return the child processes that decode pictures or parse files."""
    found = set()
    for each in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
        for pid in map(int, each.read_text().split()):
            if b"child_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.add(pid)
    return found


async def test_stopped_decoder_is_unavailable_and_the_next_picture_is_stored(
    ada: MemberClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = list_children()
    images: ImageProcessor = app.state.dressform.images
    await asyncio.gather(*(images.normalise(make_image(size=(900, 900))) for _ in range(2)))
    decoders = list_children() - before
    assert decoders
    for pid in decoders:
        os.kill(pid, signal.SIGSTOP)
    started = time.monotonic()

    answer = await ada.request("PUT", PICTURE, content=make_image())

    assert_problem(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "2"
    assert time.monotonic() - started < 10
    for pid in decoders & list_children():
        os.kill(pid, signal.SIGCONT)
    assert (await ada.request("PUT", PICTURE, content=make_image())).status_code == 204


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_killed_decoder_is_unavailable(ada: MemberClient, number: signal.Signals) -> None:
    assert (await ada.request("PUT", PICTURE, content=make_image())).status_code == 204
    before = list_children()
    large = make_image("PNG", size=(5000, 5000))
    sent = asyncio.create_task(ada.request("PUT", PICTURE, content=large))
    await asyncio.sleep(0.15)
    for pid in before | list_children():
        os.kill(pid, number)

    answer = await sent

    assert_problem(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "2"
    assert decoding.normalise(large) is not None
