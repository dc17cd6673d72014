import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dressform.errors import Unavailable
from dressform.executors.child_process import ChildFailedError
from dressform.executors.process_executor import ProcessExecutor

MEMORY = 300 * 1024 * 1024


@pytest.fixture
def executor() -> Iterator[ProcessExecutor]:
    made = ProcessExecutor("test", processes=1, max_queued=1, max_seconds=10, max_memory=MEMORY)
    yield made
    made.close()


async def test_a_call_is_computed_in_another_process_again_and_again(
    executor: ProcessExecutor,
) -> None:
    first = await executor.run(os.getpid)

    assert first != os.getpid()
    assert await executor.run(os.getpid) == first


async def test_what_a_call_raises_is_raised(executor: ProcessExecutor) -> None:
    with pytest.raises(ZeroDivisionError):
        await executor.run(divmod, 1, 0)
    assert await executor.run(divmod, 7, 2) == (3, 1)


async def test_a_killed_child_is_started_again(executor: ProcessExecutor) -> None:
    first = await executor.run(os.getpid)
    with pytest.raises(ChildFailedError):
        await executor.run(signal.raise_signal, signal.SIGKILL)
    second = await executor.run(os.getpid)
    os.kill(second, signal.SIGKILL)
    await asyncio.sleep(0.2)

    third = await executor.run(os.getpid)

    assert len({first, second, third}) == 3


async def test_a_call_that_takes_too_long_is_killed() -> None:
    executor = ProcessExecutor(
        "test", processes=1, max_queued=1, max_seconds=0.5, max_memory=MEMORY
    )
    first = await executor.run(os.getpid)
    with pytest.raises(ChildFailedError):
        await executor.run(time.sleep, 60)

    assert await executor.run(os.getpid) != first
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    executor.close()


async def test_memory_has_a_limit(executor: ProcessExecutor) -> None:
    with pytest.raises(MemoryError):
        await executor.run(bytearray, 2 * MEMORY)
    assert await executor.run(len, b"12345") == 5


async def test_a_full_queue_refuses_at_once(executor: ProcessExecutor) -> None:
    running = [asyncio.create_task(executor.run(time.sleep, 0.5)) for _ in range(2)]
    await asyncio.sleep(0)

    with pytest.raises(Unavailable):
        await executor.run(os.getpid)

    await asyncio.gather(*running)


async def test_a_child_has_no_secrets(
    executor: ProcessExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRESSFORM_MASTER_KEYS", "1:secret")

    assert await executor.run(os.getenv, "DRESSFORM_MASTER_KEYS") is None
    assert await executor.run(os.getenv, "PATH") == os.environ["PATH"]


PARENT = """
import os, signal, time
from dressform.executors.child_process import ChildProcess
from threading import Thread
child = ChildProcess(max_seconds=60, max_memory=2**30)
print(child.run(os.getpid), flush=True)
Thread(target=child.run, args=(time.sleep, 60), daemon=True).start()
time.sleep(0.3)
os.kill(os.getpid(), signal.SIGKILL)
"""


async def test_a_child_ends_with_its_parent_even_in_the_middle_of_a_call() -> None:
    parent = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", PARENT], capture_output=True, text=True, check=False
    )
    child = int(parent.stdout)

    for _ in range(100):
        if not _is_running(child):
            return
        await asyncio.sleep(0.05)
    pytest.fail("the child still runs")


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
