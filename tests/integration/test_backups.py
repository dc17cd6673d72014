"""The commands of docs/operations.md, as they stand there: dumped, restored, and all is there."""

import asyncio
import os
import re
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import text

from dressform.bootstrap import bootstrap
from dressform.db.embedded import binary
from dressform.repositories.accounts import Accounts
from dressform.repositories.models import Models
from dressform.settings.settings import Settings
from tests.helpers.access_log import as_log_role, insert_entries, make_entry
from tests.helpers.cli import dressform, environment
from tests.helpers.databases import as_superuser, isolated_database
from tests.helpers.retention import add_account
from tests.journal.backups import delete_one_of_each, fill, rows, url_of
from tests.tools.generate import TOP

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        "TEST_DATABASE_URL" in os.environ, reason="the embedded programs fit the embedded server"
    ),
]

SECTION = re.search(
    r"^## Backups$(.*)", (TOP / "docs" / "operations.md").read_text(), re.DOTALL | re.MULTILINE
)
assert SECTION is not None
BY_THE_SERVICE, BY_A_SUPERUSER, RESTORE = re.findall(
    r"^```sh\n(.*?)^```", SECTION[1], re.MULTILINE | re.DOTALL
)


@pytest.fixture
async def isolated_settings(isolated_settings: Settings) -> Settings:
    async with bootstrap(isolated_settings) as (uows, _):
        for name in ("ada", "eve"):
            await add_account(uows, uows.clock(), name)
        await insert_entries(uows, make_entry(uows.clock()))
    return isolated_settings


async def shell(script: str, where: Path, **urls: str) -> str:
    """What it says on standard error; its programs are those of the embedded PostgreSQL."""
    path = f"{binary('pg_dump').parent}:{os.environ['PATH']}"
    done = await asyncio.to_thread(
        subprocess.run,
        ["/bin/sh", "-euc", script],
        cwd=where,
        env={"PATH": path, **urls},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


async def dumped(isolated_settings: Settings, where: Path, who: str) -> None:
    """By the commands of one of the two; somebody joins and somebody leaves before the keys are."""
    url = url_of(isolated_settings)
    script = BY_THE_SERVICE if who == "service" else BY_A_SUPERUSER
    before, keys = re.split(r"(?m)^(?=.*keys\.dump)", script)
    urls = {"DRESSFORM_DATABASE_URL": url, "SUPERUSER_URL": as_superuser(url)}
    assert await shell(before, where, **urls) == ""
    async with bootstrap(isolated_settings) as (uows, _):
        await add_account(uows, uows.clock(), "late")
        async with uows.transaction() as uow:
            eve = await Accounts(uow).get_by_email("eve@example.org")
            assert eve is not None
            await uow.connection.execute(
                text("DELETE FROM account WHERE id = :id"), {"id": eve.owner.account_id}
            )
    assert await shell(keys, where, **urls) == ""


async def restored(empty: Settings, where: Path, who: str, *, only: str = "") -> str:
    """What was said; the commands of ours are run here, the others by a shell."""
    target = url_of(empty) if who == "service" else as_superuser(url_of(empty))
    script, ours = RESTORE[: RESTORE.index("dressform ")], RESTORE[RESTORE.index("dressform ") :]
    if who == "superuser":
        script = re.sub(r"(?m)^.*log\.dump\n", "", script)
    said = await shell(script, where, DRESSFORM_DATABASE_URL=target)
    assert [line.split()[1] for line in ours.splitlines()] == ["migrate", "restore", "worker"]
    for line in ours.splitlines():
        if only not in line:
            continue
        done = await dressform(*line.split()[1:], environment=environment(empty))
        assert done.returncode == 0, done.stderr
    return said


@pytest.mark.parametrize("who", ["service", "superuser"])
async def test_what_was_dumped_is_there_again(
    isolated_settings: Settings, tmp_path: Path, who: str
) -> None:
    """All but the addresses: the log's tables are empty, and take new lines."""
    await dumped(isolated_settings, tmp_path, who)
    async with isolated_database(isolated_settings) as empty:
        said = await restored(empty, tmp_path, who)

        assert said.count("error: ") == 1
        assert "fk_account_key_account_id" in said
        async with bootstrap(empty) as (uows, _):
            uow = uows.read()
            found = await Accounts(uow).get_by_email("ada@example.org")
            assert found is not None
            (model,), _ = await Models(uow).list_page(found.owner, limit=10)
            accounts = await uow.connection.scalar(text("SELECT count(*) FROM account"))
            assert (accounts, model.name) == (1, "Me")
            assert await logged(empty) == 0
            await insert_entries(uows, make_entry(uows.clock()))
            assert await logged(empty) == 1


REFUSED = (
    ("serve", "--port", "0"),
    ("worker", "--once"),
    ("worker",),
    ("dataset",),
    ("retention",),
    ("operators", "list"),
)


@pytest.mark.parametrize("who", ["service", "superuser"])
async def test_what_was_deleted_since_the_dump_does_not_come_back(
    isolated_settings: Settings, tmp_path: Path, who: str
) -> None:
    async with bootstrap(isolated_settings) as (uows, _):
        await fill(uows, "bea", "cat", "bob", "cyd")
    url = url_of(isolated_settings)
    script = BY_THE_SERVICE if who == "service" else BY_A_SUPERUSER
    urls = {"DRESSFORM_DATABASE_URL": url, "SUPERUSER_URL": as_superuser(url)}
    assert await shell(script, tmp_path, **urls) == ""
    async with bootstrap(isolated_settings) as (uows, _):
        await delete_one_of_each(uows, "bea", "cat", "bob", "cyd")
    expected = await rows(isolated_settings)

    async with isolated_database(isolated_settings) as empty:
        await restored(empty, tmp_path, who, only="migrate")
        in_dump = await rows(empty)
        assert in_dump["account"] == expected["account"] + 1
        for command in REFUSED:
            refused = await dressform(*command, environment=environment(empty))
            assert refused.returncode == 1, command
            assert refused.stderr.count("\n") == 1
            assert "run `dressform restore replay` first" in refused.stderr
        assert await rows(empty) == in_dump

        status = await dressform("restore", "status", environment=environment(empty))
        replayed = await dressform("restore", "replay", environment=environment(empty))
        rounds = await dressform("worker", "--once", environment=environment(empty))

        assert "Not in the database: 5 deletions." in status.stdout
        assert "1 accounts, 1 models, 1 pictures, 1 avatars, 1 consents" in replayed.stdout
        assert rounds.returncode == 0, rounds.stderr
        assert await rows(empty) == expected
        again = await dressform("restore", "status", environment=environment(empty))
        assert "Not in the database: 0 deletions." in again.stdout


async def logged(settings: Settings) -> int:
    async with bootstrap(settings) as (uows, _), as_log_role(uows) as uow:
        return int(await uow.connection.scalar(text("SELECT count(*) FROM access_log")) or 0)


@pytest.mark.parametrize("who", ["service", "superuser"])
async def test_no_dump_holds_an_address_nor_keys_beside_data(
    isolated_settings: Settings, tmp_path: Path, who: str
) -> None:
    await dumped(isolated_settings, tmp_path, who)
    await shell("for one in *.dump; do pg_restore --data-only -f $one.sql $one; done", tmp_path)
    row = re.compile(
        r"^(?:COPY public\.(\w+) .*;\n(?!\\\.)|INSERT INTO public\.(\w+) )", re.MULTILINE
    )
    rows = {
        path.name: {copied or inserted for copied, inserted in row.findall(path.read_text())}
        for path in tmp_path.glob("*.sql")
    }

    assert rows["keys.dump.sql"] == {"account_key"}
    assert {"account", "profile", "model", "service_secret"} <= rows["data.dump.sql"]
    assert "account_key" not in rows["data.dump.sql"]
    held = set().union(*rows.values())
    assert {one for one in held if one.startswith(("access_log", "spool_offset"))} <= {
        "spool_offset"
    }
