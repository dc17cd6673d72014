import asyncio
import time

import pytest

from dressform import rests
from dressform.rests import Rests

PIECE = 0.05


@pytest.fixture(autouse=True)
def _as_long_as_the_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rests, "REST", 1.0)


async def between_two_pieces(work: float) -> float:
    pace, loop = Rests(), asyncio.get_running_loop()
    async with pace.piece():
        await asyncio.sleep(PIECE)
    ended = loop.time()
    time.sleep(work)  # noqa: ASYNC251  it is the process that works
    async with pace.piece():
        return loop.time() - ended


async def test_after_a_piece_of_work_there_is_a_rest_in_proportion() -> None:
    assert PIECE <= await between_two_pieces(work=0) < 2 * PIECE


async def test_what_is_done_without_the_database_is_a_rest_for_it() -> None:
    assert 2 * PIECE <= await between_two_pieces(work=2 * PIECE) < 3 * PIECE
