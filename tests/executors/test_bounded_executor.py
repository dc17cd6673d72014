import asyncio
from threading import Event

import pytest

from dressform.errors import Unavailable
from dressform.executors.bounded_executor import BoundedExecutor


async def test_who_comes_when_it_is_full_is_told_so_at_once() -> None:
    queue, go_on = BoundedExecutor("test", threads=1, max_queued=2), Event()
    under_way = [asyncio.create_task(queue.run(go_on.wait)) for _ in range(3)]
    await asyncio.sleep(0)

    with pytest.raises(Unavailable) as refusal:
        await queue.run(go_on.wait)

    assert refusal.value.retry_after == 2
    go_on.set()
    assert await asyncio.gather(*under_way) == [True, True, True]
    assert await queue.run(lambda: "served again") == "served again"


async def test_who_gives_up_leaves_a_place_only_when_the_work_ends() -> None:
    queue, go_on = BoundedExecutor("test", threads=1, max_queued=1), Event()
    working, waiting = (asyncio.create_task(queue.run(go_on.wait)) for _ in range(2))
    await asyncio.sleep(0.05)

    working.cancel()
    await asyncio.sleep(0.05)
    with pytest.raises(Unavailable):
        await queue.run(go_on.wait)

    waiting.cancel()
    await asyncio.sleep(0.05)
    last = asyncio.create_task(queue.run(go_on.wait))
    go_on.set()
    assert await last is True


async def test_a_call_that_fails_leaves_its_place_too() -> None:
    queue = BoundedExecutor("test", threads=1, max_queued=0)

    def fail() -> None:
        raise KeyError

    for _ in range(3):
        with pytest.raises(KeyError):
            await queue.run(fail)
