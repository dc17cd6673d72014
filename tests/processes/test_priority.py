"""Long work has a low CPU priority; a PostgreSQL that its process starts does not inherit it."""

import os

import pytest

from tests.processes.running import children_of, command, wait_until

pytestmark = pytest.mark.slow

OURS = os.getpriority(os.PRIO_PROCESS, 0)


def niceness(pid: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, pid)


def test_worker_is_nice_and_the_database_that_it_starts_is_not(alone: dict[str, str]) -> None:
    with command("worker", environment=alone) as worker:
        worker.says("working: ")
        (server,) = children_of(worker.process.pid, "postgres")
        wait_until(lambda: children_of(server, "dressform_service"))
        backends = children_of(server, "postgres")

        assert niceness(worker.process.pid) == max(OURS, 10)
        assert {niceness(pid) for pid in (server, *backends)} == {OURS}
        worker.process.terminate()
        assert worker.ends() == 0
