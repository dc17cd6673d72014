import gc
import time

import pytest

from dressform import rests
from dressform.rests import in_pieces, no_long_collections, piece

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


@pytest.mark.parametrize(
    ("items", "pieces"), [([], []), ([1, 2], [[1, 2]]), ([1, 2, 3], [[1, 2], [3]])]
)
def test_everything_comes_once_in_pieces(items: list[int], pieces: list[list[int]]) -> None:
    assert list(in_pieces(items, 2)) == pieces


def test_only_new_objects_are_looked_through_meanwhile() -> None:
    generations: list[int] = []

    def note(_: str, about: dict[str, int]) -> None:
        generations.append(about["generation"])

    before = gc.get_threshold()
    gc.callbacks.append(note)
    try:
        with no_long_collections():
            held: list[list[int]] = [[] for _ in range(1_000_000)]
    finally:
        gc.callbacks.remove(note)

    assert held
    assert generations
    assert 2 not in generations
    assert gc.get_threshold() == before
