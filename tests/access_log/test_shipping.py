"""From the spool to the table: nothing lost, nothing twice, whatever dies in between."""

import asyncio
import itertools
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from dressform.access_log import copier as copying
from dressform.access_log import shipper as shipping
from dressform.access_log import spool as spooling
from dressform.access_log.shipper import Shipper
from dressform.access_log.spool import Spool, create_spool
from dressform.db.connections import Transaction
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.access_log import AccessLogEntries
from dressform.repositories.access_log_partitions import AccessLogPartitions
from dressform.settings.settings import Settings
from tests.helpers.access_log import (
    NOON,
    as_log_role,
    count_offsets,
    list_request_ids,
    make_line,
    make_lines,
    request_id_of,
    wait_until_shipped,
)
from tests.helpers.cli import environment
from tests.helpers.databases import NEEDS_A_SESSION, watch_statements


@pytest.fixture
def uows(own_units: UnitOfWorkFactory) -> UnitOfWorkFactory:
    return own_units


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a dozen lines."""
    monkeypatch.setattr(spooling, "CAPACITY_BYTES", 2_000)
    monkeypatch.setattr(spooling, "RESERVE_BYTES", 500)


@pytest.fixture
async def shipper(uows: UnitOfWorkFactory, tmp_path: Path) -> AsyncIterator[Shipper]:
    made = Shipper(uows, tmp_path / "spool")
    made.start()
    yield made
    await made.stop()


async def days(uows: UnitOfWorkFactory) -> list[str]:
    async with as_log_role(uows) as uow:
        return [
            str(day.day) for day in await (await AccessLogPartitions.assume_role(uow)).list_all()
        ]


async def test_days_without_partitions_are_made(uows: UnitOfWorkFactory, shipper: Shipper) -> None:
    moments = [
        datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC),
        NOON,
        datetime(2024, 2, 29, tzinfo=UTC),
    ]
    written = [make_line(moment) for moment in moments]
    for one in written:
        shipper.spool.append(one)
    await wait_until_shipped(shipper)

    assert await list_request_ids(uows) == [request_id_of(written[n]) for n in (2, 0, 1)]
    assert await days(uows) == ["2024-02-29", "2026-02-28", "2026-03-01"]


async def test_several_make_the_same_day_at_once(uows: UnitOfWorkFactory, tmp_path: Path) -> None:
    shippers = [Shipper(uows, tmp_path / str(n)) for n in range(5)]
    written = [make_line() for _ in shippers]
    for shipper, one in zip(shippers, written, strict=True):
        shipper.spool.append(one)
    await asyncio.gather(*(shipper.stop() for shipper in shippers))

    assert sorted(await list_request_ids(uows)) == sorted(map(request_id_of, written))
    assert await days(uows) == ["2026-03-01"]


async def test_an_orphan_is_shipped_once_however_many_find_it(
    uows: UnitOfWorkFactory, tmp_path: Path
) -> None:
    written = make_lines(300)
    for group in range(10):
        orphan = create_spool(tmp_path)
        for one in written[group::10]:
            orphan.append(one)
        orphan.close()
    shippers = [Shipper(uows, tmp_path) for _ in range(4)]
    await asyncio.gather(*(shipper.recovery.recover() for shipper in shippers))
    for shipper in shippers:
        await shipper.stop()

    assert await list_request_ids(uows) == [request_id_of(one) for one in written]
    assert list(tmp_path.iterdir()) == []
    assert await count_offsets(uows) == 0


@pytest.mark.usefixtures("small_files")
async def test_a_full_file_gives_way_to_a_new_one(
    uows: UnitOfWorkFactory, shipper: Shipper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "BLOCK_BYTES", 500)
    written: list[bytes] = []
    files = {shipper.spool.path}
    while len(files) < 5:
        assert shipper.has_room()
        written.append(make_line(NOON + timedelta(seconds=len(written))))
        shipper.spool.append(written[-1])
        files.add(shipper.spool.path)
        await asyncio.sleep(0.002)
    await wait_until_shipped(shipper)
    await shipper.stop()

    assert await list_request_ids(uows) == [request_id_of(one) for one in written]
    assert [path for path in files if path.exists()] == []
    assert await count_offsets(uows) == 0


@pytest.mark.usefixtures("small_files")
async def test_files_that_fill_up_at_once_are_followed_by_others(
    uows: UnitOfWorkFactory, tmp_path: Path
) -> None:
    """In the requests themselves, however long shipping takes meanwhile."""
    shipper = Shipper(uows, tmp_path)
    written = make_lines(100)
    for one in written:
        assert shipper.has_room()
        shipper.spool.append(one)
    files = len(list(tmp_path.iterdir()))
    await shipper.stop()

    assert files > 5
    assert await list_request_ids(uows) == [request_id_of(one) for one in written]
    assert (list(tmp_path.iterdir()), await count_offsets(uows)) == ([], 0)


async def test_on_a_quiet_site_no_address_stays_in_a_file(
    uows: UnitOfWorkFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that waited to be full would outlive the window of its first lines."""
    monkeypatch.setattr(shipping, "ROTATE_AFTER_SECONDS", 0.3)
    shipper = Shipper(uows, tmp_path)
    shipper.start()
    shipper.spool.append(make_line(address="198.51.100.7"))
    async with asyncio.timeout(5):
        while b"198.51.100.7" in b"".join(path.read_bytes() for path in tmp_path.iterdir()):
            await asyncio.sleep(0.02)
    await shipper.stop()

    assert len(await list_request_ids(uows)) == 1


async def test_what_a_crashed_machine_left_holds_nothing_up(
    uows: UnitOfWorkFactory, tmp_path: Path
) -> None:
    """After a power cut a file may end in zeros, or in the middle of a line."""
    good, later = make_lines(3), make_lines(2, NOON + timedelta(hours=1))
    broken = b"\0" * 512 + b"\n2026-03-01T12:00\tnot an address\n"
    (tmp_path / "1.spool").write_bytes(b"".join(good) + broken + later[0] + make_line()[:40])
    (tmp_path / "2.spool").write_bytes(later[1])
    shipper = Shipper(uows, tmp_path)
    await shipper.recovery.recover()
    await shipper.stop()

    assert await list_request_ids(uows) == [request_id_of(one) for one in (*good, *later)]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("small_files")
async def test_connections_that_break_lose_and_double_nothing(
    isolated_settings: Settings, uows: UnitOfWorkFactory, shipper: Shipper
) -> None:
    """The server ends the shipper's connections again and again, in the middle of whatever it does."""
    assert isolated_settings.database_url is not None
    admin = await asyncpg.connect(
        isolated_settings.database_url.get_secret_value().replace("+asyncpg", "")
    )
    end = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'"
    )
    written: list[bytes] = []
    for burst in range(40):
        for one in make_lines(25, NOON + timedelta(minutes=burst)):
            assert shipper.has_room()
            written.append(one)
            shipper.spool.append(one)
        await asyncio.sleep(0.03)
        if burst % 3 == 0:
            await admin.execute(end)
    await admin.close()
    await wait_until_shipped(shipper)
    await shipper.stop()
    await shipper.recovery.recover()

    assert await list_request_ids(uows) == [request_id_of(one) for one in written]


@NEEDS_A_SESSION
async def test_a_database_that_refuses_is_waited_for(
    settings: Settings, isolated_settings: Settings, uows: UnitOfWorkFactory, shipper: Shipper
) -> None:
    assert settings.database_url is not None
    assert isolated_settings.database_url is not None
    name = isolated_settings.database_url.get_secret_value().partition("?")[0].rpartition("/")[2]
    admin = await asyncpg.connect(settings.database_url.get_secret_value().replace("+asyncpg", ""))
    await admin.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = $1 AND backend_type = 'client backend'",
        name,
    )
    written = make_lines(20)
    for one in written:
        shipper.spool.append(one)
    await asyncio.sleep(0.6)
    assert shipper.backlog > 0
    await admin.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
    await admin.close()
    await wait_until_shipped(shipper)

    assert await list_request_ids(uows) == [request_id_of(one) for one in written]


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from dressform.access_log.shipper import Shipper
from dressform.bootstrap import bootstrap
from dressform.settings.loader import load_settings

async def main():
    settings = load_settings()
    async with bootstrap(settings) as (uows, _):
        shipper = Shipper(uows, settings.state_dir)
        shipper.start()
        for line in sys.stdin.buffer.read().splitlines(keepends=True):
            shipper.spool.append(line)
        while shipper.backlog:
            await asyncio.sleep(0.01)
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


@pytest.mark.parametrize("step", ["delete_offset", "remove"])
async def test_a_mark_goes_whatever_dies_between_the_last_line_and_the_removal(
    uows: UnitOfWorkFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """An empty file stays until it has gone: nothing is shipped twice, no address stays on the disk."""
    written = make_lines(3)
    dying = Shipper(uows, tmp_path)
    for one in written:
        dying.spool.append(one)

    def die(*_: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as fatal:
        fatal.setattr(AccessLogEntries if step == "delete_offset" else Spool, step, die)
        await dying.stop()
    dying.spool.close()
    (left,) = tmp_path.glob("*.spool")
    assert left.read_bytes() == b""

    shipper = Shipper(uows, tmp_path)
    await shipper.recovery.recover()
    await shipper.stop()

    assert await list_request_ids(uows) == [request_id_of(one) for one in written]
    assert await count_offsets(uows) == 0
    assert list(tmp_path.iterdir()) == []


async def test_killed_between_the_commit_and_the_removal(
    isolated_settings: Settings, uows: UnitOfWorkFactory, tmp_path: Path
) -> None:
    """Everything is in the table and the file is still there: its mark says so."""
    written = make_lines(100)
    command = [sys.executable, "-c", KILLED]
    done = await asyncio.to_thread(
        subprocess.run,
        command,
        env=environment(isolated_settings),
        input=b"".join(written),
        check=False,
    )
    left = b"".join(path.read_bytes() for path in sorted(tmp_path.glob("*.spool")))

    assert done.returncode == -signal.SIGKILL
    assert left.rstrip(b"\0") == b"".join(written)
    assert await count_offsets(uows) == 1

    shipper = Shipper(uows, tmp_path)
    await shipper.recovery.recover()
    await shipper.stop()

    assert await list_request_ids(uows) == [request_id_of(one) for one in written]
    assert list(tmp_path.iterdir()) == []
    assert await count_offsets(uows) == 0


class Death(BaseException):
    """Of the process: nothing is tidied up after it but what the kernel tidies up."""


@contextmanager
def dying_at(moment: int) -> Iterator[None]:
    """Dies before or after a statement, a COPY, a commit or the removal of a file: at that one."""
    moments = itertools.count()

    def pass_by(*_: object) -> None:
        if next(moments) == moment:
            raise Death

    async def copy(*arguments: Any, **named: Any) -> None:
        pass_by()
        await real_copy(*arguments, **named)
        pass_by()

    async def commit(transaction: Transaction) -> None:
        pass_by()
        await real_commit(transaction)

    def remove(spool: Spool) -> None:
        pass_by()
        real_remove(spool)
        pass_by()

    real_copy, real_remove = asyncpg.Connection.copy_to_table, Spool.remove
    real_commit = Transaction.commit
    with pytest.MonkeyPatch.context() as patch, watch_statements(pass_by, pass_by):
        patch.setattr(asyncpg.Connection, "copy_to_table", copy)
        patch.setattr(Spool, "remove", remove)
        patch.setattr(Transaction, "commit", commit)
        yield


async def dies(shipper: Shipper, moment: int, uows: UnitOfWorkFactory) -> bool:
    """Whether it came that far."""
    try:
        with dying_at(moment):
            await shipper.stop()
    except Death:
        shipper.spool.close()
        return True
    return False


async def test_whenever_it_dies_the_next_one_completes_it(
    uows: UnitOfWorkFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "BLOCK_BYTES", 500)
    written: list[bytes] = []
    for moment in itertools.count():
        shipper = Shipper(uows, tmp_path)
        for one in make_lines(10, NOON + timedelta(minutes=moment)):
            written.append(one)
            shipper.spool.append(one)
        died = await dies(shipper, moment, uows)
        after = Shipper(uows, tmp_path)
        await after.recovery.recover()
        await after.stop()

        assert await list_request_ids(uows) == [request_id_of(one) for one in written], moment
        assert list(tmp_path.iterdir()) == []
        if not died:
            break
    assert moment > 20


async def test_how_long_lines_have_been_waiting(uows: UnitOfWorkFactory, tmp_path: Path) -> None:
    shipper = Shipper(uows, tmp_path)
    await asyncio.sleep(0.05)
    assert shipper.stuck_seconds == 0

    shipper.spool.append(make_line())
    assert shipper.stuck_seconds >= 0.05

    shipper.start()
    await wait_until_shipped(shipper)
    assert shipper.stuck_seconds == 0
    await shipper.stop()


async def test_a_commit_under_way_is_waited_for(uows: UnitOfWorkFactory, tmp_path: Path) -> None:
    """The database may still be at the last word of a dead process when its spool is found."""
    written = make_lines(3)
    async with uows.transaction() as uow:
        await (await AccessLogPartitions.assume_role(uow)).ensure({NOON.date()})
    orphan = create_spool(tmp_path)
    for one in written:
        orphan.append(one)
    shipper = Shipper(uows, tmp_path)
    async with uows.transaction() as uow:
        access_log = await AccessLogEntries.assume_role(uow)
        await access_log.lock_offset(orphan.name)
        await access_log.copy(orphan.name, b"".join(written), shipped=orphan.size)
        orphan.close()
        recovering = asyncio.create_task(shipper.recovery.recover())
        await asyncio.sleep(0.2)
    await recovering
    await shipper.stop()

    assert await list_request_ids(uows) == [request_id_of(one) for one in written]
