"""Several processes delete at once, and one is killed: the journal and the database agree."""

import asyncio
import signal
from datetime import timedelta

import httpx
import pytest

from dressform.actions.check_journal import compare_journal
from dressform.bootstrap import bootstrap
from dressform.crypto.passwords import PasswordHasher
from dressform.crypto.secrets import timed_id
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.accounts import Accounts
from dressform.repositories.profiles import Profiles
from dressform.settings.settings import Settings
from tests.helpers.cli import dressform, environment
from tests.helpers.members import PASSWORD
from tests.helpers.retention import add_account
from tests.journal.backups import ask, backup, content_of, journal_of
from tests.processes.running import command, is_live, read_address, serve_environment, wait_until

pytestmark = pytest.mark.slow

COMMITTING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND query ILIKE 'COMMIT%' AND wait_event = 'PgSleep'
"""

MEMBERS, DUE = 16, 60

STALL = (
    """
    CREATE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(2); RETURN NULL; END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER stall AFTER DELETE ON account DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION stall()
    """,
)
"""A commit that takes two seconds."""


async def add_members(uows: UnitOfWorkFactory, number: int) -> None:
    hashed = await PasswordHasher().hash(PASSWORD)
    for each in range(number):
        async with uows.transaction() as uow:
            owner = await Accounts(uow).add(
                timed_id(), email=f"member{each}@example.org", language="en", password_hash=hashed
            )
            await Profiles(uow).add(owner, username=f"member{each}")


async def sign_in(client: httpx.AsyncClient, number: int) -> dict[str, str]:
    body = {"login": f"member{number}", "password": PASSWORD, "session": "body"}
    answer = await client.post("/v1/auth/login", json=body)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def erase(client: httpx.AsyncClient, number: int) -> int:
    headers, body = await sign_in(client, number), {"password": PASSWORD}
    return (await client.post("/v1/privacy/erasure", json=body, headers=headers)).status_code


async def test_processes_that_delete_at_once_write_down_all_of_it(
    isolated_settings: Settings,
) -> None:
    async with bootstrap(isolated_settings) as (uows, _):
        await add_members(uows, MEMBERS)
        began = uows.clock() - timedelta(days=400)
        for number in range(DUE):
            await add_account(uows, began, f"due{number}")
    settings = serve_environment(isolated_settings) | {"DRESSFORM_WORKER_INTERVAL": "PT1S"}
    async with backup(isolated_settings) as copy:
        with (
            command("serve", "--workers", "2", environment=settings) as serve,
            command("worker", environment=settings) as worker,
        ):
            base = await read_address(serve)
            wait_until(lambda: is_live(base))
            async with httpx.AsyncClient(base_url=base, timeout=30) as client:
                answers = await asyncio.gather(*(erase(client, each) for each in range(MEMBERS)))
            done = await dressform(
                "retention", "approve", "-y", environment=environment(isolated_settings)
            )
            assert done.returncode == 0, done.stderr
            while await ask(isolated_settings, "SELECT count(*) FROM account"):
                await asyncio.sleep(0.1)
            for each in (serve, worker):
                each.signal(signal.SIGTERM)
                await asyncio.to_thread(each.ends)

        assert set(answers) == {204}
        assert len(journal_of(isolated_settings)) >= 2
        async with bootstrap(isolated_settings) as (uows, _):
            found = await compare_journal(uows)
        assert (found.unknown_hashes, found.missing_file_count) == ([], 0)
        assert [file.missing_numbers for file in found.files if file.missing_numbers] == []
        assert all(file.committed_number == file.last_number for file in found.files)
        hashes = [each for file in found.files for each in file.committed_after(0)]
        # The rule of models may come to one before that of accounts does.
        assert MEMBERS + DUE <= len(hashes) == len(set(hashes)) <= MEMBERS + 2 * DUE
        replayed = await dressform("restore", "replay", environment=environment(copy))
        assert f"again: {MEMBERS + DUE} accounts" in replayed.stdout
        assert await ask(copy, "SELECT count(*) FROM account") == 0


async def test_one_that_is_killed_while_the_database_commits_is_confirmed_by_the_next(
    isolated_settings: Settings,
) -> None:
    """It answered nobody. The account is gone, and stays gone after a restore."""
    async with bootstrap(isolated_settings) as (uows, _):
        await add_members(uows, 2)
    async with backup(isolated_settings) as copy:
        for statement in STALL:
            await ask(isolated_settings, statement)
        with command("serve", environment=serve_environment(isolated_settings)) as serve:
            base = await read_address(serve)
            wait_until(lambda: is_live(base))
            async with httpx.AsyncClient(base_url=base, timeout=30) as client:
                erasing = asyncio.create_task(erase(client, 0))
                while not await ask(isolated_settings, COMMITTING):
                    assert not erasing.done(), (erasing.exception(), serve.output)
                    await asyncio.sleep(0.01)
                serve.signal(signal.SIGKILL)
                with pytest.raises(httpx.TransportError):
                    await erasing
        assert content_of(isolated_settings).count("deleted") == 1
        assert "committed" not in content_of(isolated_settings)
        while await ask(isolated_settings, "SELECT count(*) FROM account") == 2:
            await asyncio.sleep(0.1)

        async with bootstrap(isolated_settings):
            pass

        assert content_of(isolated_settings).endswith('{"committed": 1}')
        replayed = await dressform("restore", "replay", environment=environment(copy))
        assert "again: 1 accounts" in replayed.stdout
        assert await ask(copy, "SELECT count(*) FROM account") == 1
