"""Master keys: made, kept, changed and lost."""

import asyncio
import stat
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from dressform.bootstrap import bootstrap
from dressform.crypto.master_keys import load_master_keys, new_master_key
from dressform.crypto.sealing import MissingMasterKeyError
from dressform.db.tables import Base
from dressform.errors import StartupError
from dressform.repositories.accounts import Accounts
from dressform.repositories.mails import Mails
from dressform.repositories.models import Models
from dressform.repositories.service_secrets import WRAPPED_KEY_COLUMNS
from dressform.repositories.sign_ups import SignUps
from dressform.settings.key_ring import parse_master_keys
from dressform.settings.settings import Settings
from tests.conftest import MASTER_KEY
from tests.helpers.cli import dressform, environment
from tests.helpers.retention import add_account

NEWER = new_master_key("newer")
SEALED = ("account", "profile", "picture", "model", "avatar", "sign_up", "mail")


def keyed(settings: Settings, *keys: str) -> Settings:
    return settings.model_copy(update={"master_keys": SecretStr(",".join(keys))})


async def fill(settings: Settings, people: int = 3) -> None:
    async with bootstrap(settings) as (uows, _):
        for n in range(people):
            await add_account(uows, uows.clock(), f"ada{n}")
        async with uows.transaction() as uow:
            await SignUps(uow).add(
                email="bob@example.org", username="bob", language="en", password_hash="none"
            )
            await Mails(uow).add("erased", to="eve@example.org", language="en")


async def data(settings: Settings) -> dict[str, list[object]]:
    """Every sealed payload, byte for byte."""
    async with bootstrap(settings) as (uows, _):
        uow = uows.read()
        return {
            table: list(
                (
                    await uow.connection.execute(text(f"SELECT sealed FROM {table} ORDER BY 1"))
                ).scalars()
            )
            for table in SEALED
        }


async def test_a_new_key_takes_over_and_the_old_one_can_go(isolated_settings: Settings) -> None:
    """Rewrapping touches keys alone; everything still opens under the new one."""
    await fill(isolated_settings)
    before = await data(isolated_settings)
    both, alone = keyed(isolated_settings, NEWER, MASTER_KEY), keyed(isolated_settings, NEWER)
    with pytest.raises(StartupError, match="'tests', which is not in DRESSFORM_MASTER_KEYS"):
        await data(alone)

    ran = environment(both, DRESSFORM_MASTER_KEYS=f"{NEWER},{MASTER_KEY}")
    done = await dressform("keys", "rewrap", environment=ran)

    # Three accounts, a sign-up, a mail, and the five of the service.
    assert done.stdout == "11 keys were put under 'newer'; no data were touched.\n", done.stderr
    assert await data(alone) == before
    async with bootstrap(alone) as (uows, _), uows.transaction() as uow:
        found = await Accounts(uow).get_by_email("ada1@example.org")
        assert found is not None
        (model,), _ = await Models(uow).list_page(found.owner, limit=10)
        assert (found.email, model.name) == ("ada1@example.org", "Me")
        leased = await Mails(uow).lease_next("erased")
        assert leased is not None
        letter = await Mails(uow).get_by_id(leased.id)
        assert letter is not None
        assert letter.to == "eve@example.org"
        waiting = await SignUps(uow).get_latest_by_email("bob@example.org")
        assert waiting is not None
        assert waiting.username == "bob"
    again = await dressform("keys", "rewrap", environment=ran)
    assert again.stdout.startswith("0 keys")


async def test_the_life_of_a_master_key_by_which_no_restart_loses_a_row(
    isolated_settings: Settings,
) -> None:
    """Added last, moved to the front, rewrapped, removed: at each step old and new processes run."""
    await fill(isolated_settings)
    steps = [
        isolated_settings,
        keyed(isolated_settings, MASTER_KEY, NEWER),
        keyed(isolated_settings, NEWER, MASTER_KEY),
        keyed(isolated_settings, NEWER),
    ]
    names = ["ada0", "ada1", "ada2"]
    for number, (earlier, later) in enumerate(pairwise(steps)):
        if later is steps[-1]:
            both = environment(earlier, DRESSFORM_MASTER_KEYS=f"{NEWER},{MASTER_KEY}")
            done = await dressform("keys", "rewrap", environment=both)
            assert done.returncode == 0, done.stderr
        async with bootstrap(earlier) as (old, _), bootstrap(later) as (new, _):
            for uows, name in ((old, f"eva{number}"), (new, f"zoe{number}")):
                await add_account(uows, uows.clock(), name)
                names.append(name)
            for uows in (old, new):
                for name in names:
                    found = await Accounts(uows.read()).get_by_email(f"{name}@example.org")
                    assert found is not None
                    assert found.email == f"{name}@example.org"


async def test_rewrapping_goes_on_while_members_come_and_go(isolated_settings: Settings) -> None:
    await fill(isolated_settings, people=20)
    both = keyed(isolated_settings, NEWER, MASTER_KEY)
    ran = environment(both, DRESSFORM_MASTER_KEYS=f"{NEWER},{MASTER_KEY}")

    async def join() -> None:
        async with bootstrap(isolated_settings) as (uows, _):
            for n in range(30):
                await add_account(uows, uows.clock(), f"eva{n}")

    rewrapped, _ = await asyncio.gather(dressform("keys", "rewrap", environment=ran), join())
    assert rewrapped.returncode == 0, rewrapped.stderr
    assert (await dressform("keys", "rewrap", environment=ran)).returncode == 0
    async with bootstrap(keyed(isolated_settings, NEWER)) as (uows, _):
        uow = uows.read()
        for name in ("ada0", "ada19", "eva0", "eva29"):
            assert await Accounts(uow).get_by_email(f"{name}@example.org") is not None


@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "retention"])
async def test_a_missing_master_key_is_named(isolated_settings: Settings, command: str) -> None:
    await fill(isolated_settings)
    strange = environment(isolated_settings, DRESSFORM_MASTER_KEYS=NEWER, DRESSFORM_PORT="0")
    done = await dressform(command, environment=strange)

    assert done.returncode == 1
    assert done.stderr == (
        "dressform: The database is sealed under the master key 'tests', which is not in "
        "DRESSFORM_MASTER_KEYS: add it to the list (it need not be the first).\n"
    )


async def test_another_key_of_the_same_id_is_told(isolated_settings: Settings) -> None:
    await fill(isolated_settings)
    with pytest.raises(StartupError, match="has the right id but is not the one"):
        await data(keyed(isolated_settings, new_master_key("tests")))


def test_a_key_is_made_once_for_a_machine_to_try_things_on(settings: Settings) -> None:
    generated = settings.model_copy(update={"master_keys": None})
    path = settings.state_dir / "master.keys"

    assert load_master_keys(generated).ids == {"generated"}
    kept = path.read_text()
    assert load_master_keys(generated).ids == {"generated"}
    assert path.read_text() == kept
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in settings.state_dir.iterdir()] == ["master.keys"]
    ((_, key),) = parse_master_keys(kept.strip())
    assert len(key) == 32


async def test_processes_that_start_together_make_one_key(settings: Settings) -> None:
    generated = settings.model_copy(update={"master_keys": None})
    rings = await asyncio.gather(
        *(asyncio.to_thread(load_master_keys, generated) for _ in range(20))
    )
    owner = UUID(int=1)
    wrapped = rings[0].wrap_bytes(b"secret", owner)

    assert {ring.unwrap_bytes(wrapped, owner) for ring in rings} == {b"secret"}


async def test_a_lost_key_file_is_told(isolated_settings: Settings) -> None:
    """A new one is made in its place, under which nothing opens."""
    generated = isolated_settings.model_copy(update={"master_keys": None})
    await fill(generated)
    path = isolated_settings.state_dir / "master.keys"
    lost = path.read_text()
    path.unlink()
    with pytest.raises(StartupError, match=r"the file master\.keys of the state folder"):
        await data(generated)

    path.write_text(lost)
    assert await data(generated)


@pytest.mark.parametrize("content", ["", "generated:AAAA", "\0\0\0", "no key at all"])
def test_a_broken_key_file_is_told(settings: Settings, content: str) -> None:
    path = settings.state_dir / "master.keys"
    path.write_text(content)
    with pytest.raises(StartupError) as caught:
        load_master_keys(settings.model_copy(update={"master_keys": None}))

    assert str(caught.value).startswith(f"The key file {path} can't be used (")
    assert "(it must " in str(caught.value) or "(it has " in str(caught.value)
    assert "Put it back" in str(caught.value)


@pytest.mark.parametrize("where", ["file/below", "file"])
def test_a_state_folder_that_is_none_is_told(
    settings: Settings, tmp_path: Path, where: str
) -> None:
    (tmp_path / "file").write_text("")
    strange = settings.model_copy(update={"master_keys": None, "state_dir": tmp_path / where})
    with pytest.raises(StartupError, match="can't be used"):
        load_master_keys(strange)


async def test_a_new_key_is_printed_and_nothing_else(tmp_path: Path) -> None:
    ran = {"PATH": "", "DRESSFORM_STATE_DIR": str(tmp_path)}
    first, second = [
        (await dressform("keys", "new", "2026-11", environment=ran)).stdout for _ in range(2)
    ]

    assert first.startswith("2026-11:")
    assert first != second
    assert len(parse_master_keys(f"{first.strip()}, other{second.strip()}")) == 2


@pytest.mark.parametrize("key_id", ["", "a:b,c d", "ü", "-", "2026_11", "x" * 65, "2026\n"])
async def test_a_key_is_not_called_what_no_setting_takes(tmp_path: Path, key_id: str) -> None:
    ran = {"PATH": "", "DRESSFORM_STATE_DIR": str(tmp_path)}
    done = await dressform("keys", "new", "--", key_id, environment=ran)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"dressform: A key can't be called {key_id!r}: it must be an id of 1 to 64 letters, digits "
        "and hyphens, such as 2026-11.\n"
    )
    with pytest.raises(ValueError, match=r"must have|has a key"):
        parse_master_keys(new_master_key(key_id))


async def run_keys(settings: Settings, *command: str) -> str:
    """Run a command of `dressform keys`, and return what it printed."""
    done = await dressform("keys", *command, environment=environment(settings))
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows(report: str) -> list[list[str]]:
    """Return purpose, id and state of each key of the report."""
    return [line.split()[:3] for line in report.splitlines()[1:]]


async def test_the_life_of_a_signing_key_by_commands(isolated_settings: Settings) -> None:
    async with bootstrap(isolated_settings) as (_, before):
        old = before[0]
    first = rows(await run_keys(isolated_settings, "list"))
    assert [(purpose, state) for purpose, _, state in first] == [
        ("master", "active"),
        ("index", "active"),
        ("signing", "active"),
        ("refresh", "active"),
        ("journal", "active"),
        ("mail", "active"),
        ("limits", "active"),
    ]
    published = (await run_keys(isolated_settings, "rotate", "signing")).split()[2]

    report = await run_keys(isolated_settings, "list")
    assert ["signing", published, "published"] in rows(report)
    assert f"kid {old.kid}" in report
    async with bootstrap(isolated_settings) as (_, keys):
        assert keys[0] == old
        assert len(keys) == 2
    leaked = first[2][1]
    assert await run_keys(isolated_settings, "retire", leaked) == (
        f"The key {leaked} is deleted. The key {published} is active.\n"
    )
    after = rows(await run_keys(isolated_settings, "list"))
    assert [row for row in after if row[0] == "signing"] == [["signing", published, "active"]]


async def test_the_index_key_is_replaced_by_commands(isolated_settings: Settings) -> None:
    await fill(isolated_settings)
    published = (await run_keys(isolated_settings, "rotate", "index")).split()[2]
    early = await dressform("keys", "rehash", environment=environment(isolated_settings))
    assert early.returncode == 1
    assert early.stderr.startswith("dressform: Not every process uses the new index key yet")
    async with bootstrap(isolated_settings) as (uows, _), uows.transaction() as uow:
        await uow.connection.execute(
            text("UPDATE service_secret SET active_from = active_from - interval '1 hour'")
        )

    # Three accounts and their profiles, and a registration.
    assert await run_keys(isolated_settings, "rehash") == (
        "8 rows were rehashed, and the earlier index key was deleted.\n"
    )
    index = [row for row in rows(await run_keys(isolated_settings, "list")) if row[0] == "index"]
    assert index == [["index", published, "active"]]
    async with bootstrap(isolated_settings) as (uows, _):
        assert await Accounts(uows.read()).get_by_email("ada1@example.org") is not None


async def test_a_report_names_what_is_to_be_done(isolated_settings: Settings) -> None:
    """A master key that wraps something still, one that can go, and a key that is overdue."""
    await fill(isolated_settings)
    both = environment(isolated_settings, DRESSFORM_MASTER_KEYS=f"{NEWER},{MASTER_KEY}")
    async with bootstrap(isolated_settings) as (uows, _), uows.transaction() as uow:
        await uow.connection.execute(
            text("UPDATE service_secret SET active_from = active_from - interval '3 years'")
        )
    before = (await dressform("keys", "list", environment=both)).stdout
    await dressform("keys", "rewrap", environment=both)
    after = (await dressform("keys", "list", environment=both)).stdout

    assert "wraps 11 keys: run `dressform keys rewrap`" in before
    assert before.count("(overdue)") == 5
    assert [line.split()[1:] for line in after.splitlines()[1:3]] == [
        ["newer", "active", "wraps", "11", "keys"],
        ["tests", "accepted", "can", "be", "removed"],
    ]


MISSING = (
    "The database is sealed under the master key 'tests', which is not in DRESSFORM_MASTER_KEYS"
)
WRONG = "The database does not open: a key in DRESSFORM_MASTER_KEYS"


@pytest.mark.parametrize("command", ["rotate signing", "rewrap", "list"])
@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (NEWER, MISSING),
        (new_master_key("tests"), WRONG),
        (f"{NEWER},{new_master_key('tests')}", WRONG),
    ],
    ids=["missing", "wrong", "wrong and behind another"],
)
async def test_nothing_is_sealed_while_the_database_does_not_open(
    isolated_settings: Settings, command: str, keys: str, said: str
) -> None:
    """What a wrong key sealed could be opened by no list of keys with the right one."""
    await fill(isolated_settings)
    before = await wrapped(isolated_settings)
    done = await dressform(
        *("keys", *command.split()),
        environment=environment(isolated_settings, DRESSFORM_MASTER_KEYS=keys),
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"dressform: {said}")
    assert done.stderr.count("\n") == 1
    assert await wrapped(isolated_settings) == before


async def test_a_wrong_key_of_members_alone_is_told(isolated_settings: Settings) -> None:
    """The service's own keys are under the new one already: they open, the others do not."""
    await fill(isolated_settings)
    both = environment(isolated_settings, DRESSFORM_MASTER_KEYS=f"{NEWER},{MASTER_KEY}")
    assert (await dressform("keys", "rewrap", environment=both)).returncode == 0
    async with (
        bootstrap(keyed(isolated_settings, NEWER, MASTER_KEY)) as (uows, _),
        uows.transaction() as uow,
    ):
        await uow.connection.execute(text("UPDATE account_key SET key_id = 'tests'"))
    wrong = environment(
        isolated_settings, DRESSFORM_MASTER_KEYS=f"{NEWER},{new_master_key('tests')}"
    )
    done = await dressform("keys", "rewrap", environment=wrong)

    assert done.returncode == 1
    assert done.stderr.startswith("dressform: A key in DRESSFORM_MASTER_KEYS has the right id but")
    assert done.stderr.count("\n") == 1


async def wrapped(settings: Settings) -> list[object]:
    """Every wrapped key, and under which master key it is."""
    tables = ("service_secret", "account_key", "sign_up", "mail")
    parts = (f"SELECT key_id, wrapped_key FROM {table}" for table in tables)
    async with bootstrap(settings) as (uows, _):
        uow = uows.read()
        rows = await uow.connection.execute(text(f"{' UNION ALL '.join(parts)} ORDER BY 2"))
        return [tuple(row) for row in rows]


async def test_a_wrapped_key_of_no_known_master_does_not_open(isolated_settings: Settings) -> None:
    await fill(isolated_settings)
    async with bootstrap(isolated_settings) as (uows, _):
        async with uows.transaction() as uow:
            await uow.connection.execute(text("UPDATE account_key SET key_id = 'unknown'"))
        reader = uows.read()
        with pytest.raises(MissingMasterKeyError):
            await Accounts(reader).get_by_email("ada0@example.org")


def test_every_table_with_a_wrapped_key_is_put_under_a_new_master_key() -> None:
    with_keys = {
        table.name for table in Base.metadata.sorted_tables if "wrapped_key" in table.columns
    }

    assert {table.__tablename__ for table, _ in WRAPPED_KEY_COLUMNS} == with_keys
