"""How often it looks."""

import asyncio
from pathlib import Path

import pytest

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import Unavailable
from dressform.retention_audit import auditor as module
from dressform.retention_audit.auditor import Auditor
from dressform.retention_audit.findings import Findings
from dressform.settings.settings import Settings
from tests.conftest import MovableClock


class Counting(Auditor):
    """Says how often it looked; fails as often as it is told to."""

    looks = 0
    failures = 0

    async def run_audit(self) -> Findings:
        self.looks += 1
        await asyncio.sleep(0.05)
        if self.failures:
            self.failures -= 1
            raise Unavailable
        return await super().run_audit()


@pytest.fixture
def counting(uows: UnitOfWorkFactory, spools: Path, settings: Settings) -> Counting:
    return Counting(uows, spools, interval=settings.worker_interval)


async def test_it_looks_once_for_all_who_ask_at_a_time(counting: Counting) -> None:
    found = await asyncio.gather(*(counting.get_findings() for _ in range(20)))

    assert counting.looks == 1
    assert all(one is found[0] for one in found)


async def test_what_it_found_is_fresh_for_a_minute(
    counting: Counting, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of real time: a clock that stands still or is set back must not keep it for ever."""
    real = 1000.0
    monkeypatch.setattr(module, "monotonic", lambda: real)
    first = await counting.get_findings()
    clock.advance(days=-3)
    real += 59.9
    same = await counting.get_findings()
    real += 0.2
    next_one = await counting.get_findings()

    assert same is first
    assert next_one is not first
    assert counting.looks == 2


async def test_a_failure_is_told_to_all_and_not_kept(counting: Counting) -> None:
    counting.failures = 1

    told = await asyncio.gather(
        *(counting.get_findings() for _ in range(5)), return_exceptions=True
    )
    found = await counting.get_findings()

    assert all(isinstance(one, Unavailable) for one in told)
    assert found.verdict == "kept"
    assert counting.looks == 2


async def test_who_gives_up_takes_nobodys_answer_away(counting: Counting) -> None:
    impatient = asyncio.create_task(counting.get_findings())
    patient = asyncio.create_task(counting.get_findings())
    await asyncio.sleep(0.01)
    impatient.cancel()

    assert (await patient).verdict == "kept"
    assert counting.looks == 1
