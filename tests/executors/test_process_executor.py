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
from dressform.executors.child_process import CallCrashedError, CallTooSlowError
from dressform.executors.process_executor import ProcessExecutor

MEMORY = 300 * 1024 * 1024


@pytest.fixture
def executor() -> Iterator[ProcessExecutor]:
    made = create_executor()
    yield made
    made.close()


def create_executor(*, max_seconds: float = 10, max_cpu_seconds: float = 10) -> ProcessExecutor:
    return ProcessExecutor(
        "test",
        processes=1,
        max_queued=1,
        max_seconds=max_seconds,
        max_cpu_seconds=max_cpu_seconds,
        max_memory=MEMORY,
    )


def use_processor(seconds: float) -> None:
    started = time.process_time()
    while time.process_time() - started < seconds:
        pass


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
    with pytest.raises(Unavailable) as lost:
        await executor.run(signal.raise_signal, signal.SIGKILL)
    assert lost.value.retry_after
    second = await executor.run(os.getpid)
    os.kill(second, signal.SIGKILL)
    await asyncio.sleep(0.2)

    third = await executor.run(os.getpid)

    assert len({first, second, third}) == 3


async def test_call_beyond_its_processor_time_is_too_slow() -> None:
    executor = create_executor(max_cpu_seconds=0.5)
    first = await executor.run(os.getpid)
    with pytest.raises(CallTooSlowError):
        await executor.run(use_processor, 5)

    assert await executor.run(os.getpid) != first
    await executor.run(use_processor, 0.3)
    await executor.run(use_processor, 0.3)
    executor.close()


@pytest.mark.parametrize("size", [0, 5_000_000], ids=["short call", "call beyond the buffer"])
async def test_stopped_child_is_killed_and_the_call_can_be_repeated(size: int) -> None:
    executor = create_executor(max_seconds=0.5)
    first = await executor.run(os.getpid)
    os.kill(first, signal.SIGSTOP)
    started = time.monotonic()
    with pytest.raises(Unavailable) as lost:
        await executor.run(len, bytes(size))

    assert time.monotonic() - started < 2
    assert lost.value.retry_after
    assert await executor.run(os.getpid) != first
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    executor.close()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_child_killed_in_the_middle_of_a_call_is_no_fault_of_the_call(
    executor: ProcessExecutor, number: signal.Signals
) -> None:
    child = await executor.run(os.getpid)
    running = asyncio.create_task(executor.run(time.sleep, 5))
    await asyncio.sleep(0.2)
    os.kill(child, number)

    with pytest.raises(Unavailable):
        await running


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT])
async def test_call_that_crashes_its_child_is_at_fault(
    executor: ProcessExecutor, number: signal.Signals
) -> None:
    with pytest.raises(CallCrashedError):
        await executor.run(signal.raise_signal, number)


async def test_child_that_cannot_start_is_unavailable(
    executor: ProcessExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(Unavailable):
        await executor.run(os.getpid)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(Unavailable):
        await executor.run(os.getpid)
    monkeypatch.undo()

    assert await executor.run(os.getpid) != os.getpid()


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
child = ChildProcess(max_seconds=60, max_cpu_seconds=60, max_memory=2**30)
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
