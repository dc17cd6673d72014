import time

import pytest

from dressform import rests
from dressform.rests import piece

PIECE = 0.05


@pytest.mark.parametrize("rest", [0.5, 1.0])
def test_after_a_piece_of_work_there_is_a_rest_in_proportion(
    monkeypatch: pytest.MonkeyPatch, rest: float
) -> None:
    monkeypatch.setattr(rests, "REST", rest)

    with piece():
        time.sleep(PIECE)
        worked = time.monotonic()
    rested = time.monotonic() - worked

    assert rest * PIECE <= rested < (rest + 0.5) * PIECE
