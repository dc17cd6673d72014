"""What is left of an erased member for whoever has the database, its files, a dump and all the keys.

Sealed bytes are as good as clear ones to somebody with the master key, as long as the account's own
key can be found anywhere. So the bytes themselves are looked for, not only what was typed.
"""

import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
import pytest

from dressform.api.app import create_app
from dressform.bootstrap import run_migrations
from dressform.db import embedded
from dressform.repositories.member_tables import MEMBER_TABLES
from dressform.settings.settings import Settings
from dressform.worker.runner import create_tasks
from tests.conftest import FAST_DATABASE, MASTER_KEY
from tests.helpers.auth import erase, login
from tests.helpers.members import Mailbox, MemberClient
from tests.helpers.thief import disk_of, dump_of, live, spellings

pytestmark = [
    pytest.mark.slow,
]

Rows = dict[str, bytes]


@dataclass(frozen=True)
class Scene:
    """Two members; one was erased, and the worker has made its rounds."""

    erased: Rows
    staying: Rows
    places: dict[str, bytes]
    other: MemberClient


@pytest.fixture
def state() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture
def server(state: Path) -> Iterator[embedded.Server]:
    with embedded.start_server(
        state, settings=FAST_DATABASE | {"full_page_writes": "on"}
    ) as running:
        yield running


@pytest.fixture
async def scene(server: embedded.Server, tmp_path: Path) -> AsyncIterator[Scene]:
    settings = Settings(
        database_url=server.url(), master_keys=MASTER_KEY, state_dir=tmp_path, _env_file=None
    )
    await run_migrations(settings)
    app = create_app(settings)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    raw = await asyncpg.connect(server.url(role="dressform").replace("+asyncpg", ""))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=settings.public_url) as client,
    ):
        tasks = create_tasks(settings, app.state.dressform.uows)
        mailbox = Mailbox(tmp_path / "mail", tasks.deliver_mails)
        other = MemberClient(client, mailbox, "grace")
        await other.register()
        await other.confirm()
        await other.add_model()
        member, _ = await live(client, mailbox)
        erased = await stored_of(raw, member)
        await raw.execute("ANALYZE")
        assert (await erase(member)).status_code == 204
        await mailbox.collect()
        await tasks.run_once()
        staying = await stored_of(raw, other)
        places = {"statistics": await statistics(raw), "dump": without_dashes(dump_of(server))}
        # Twice: a segment of the log goes when the checkpoint before the last no longer needs it.
        for command in ("SELECT pg_switch_wal()", "CHECKPOINT") * 2:
            await raw.execute(command)
        yield Scene(erased, staying, places | {"files": disk_of(server.data)}, other)
    await raw.close()


async def stored_of(raw: asyncpg.Connection, person: MemberClient) -> Rows:
    """All ids, hashes, keys and sealed values in the rows of an account, by table and column."""
    session = await raw.fetchrow("SELECT * FROM session WHERE id = $1", person.session_id)
    account_id = session["account_id"]
    found: Rows = {}
    for table in MEMBER_TABLES:
        column = "id" if table.name == "account" else "account_id"
        where = f"{column} = $1"
        if table.name == "avatar":
            where = "model_id IN (SELECT id FROM model WHERE account_id = $1)"
        if column not in table.columns and table.name != "avatar":
            continue
        for number, row in enumerate(
            await raw.fetch(f"SELECT * FROM {table.name} WHERE {where}", account_id)
        ):
            for name, value in row.items():
                if isinstance(value, bytes | UUID):
                    raw_value = value.bytes if isinstance(value, UUID) else value
                    found[f"{table.name}.{name} {number}"] = bytes(raw_value)
    return found


async def statistics(raw: asyncpg.Connection) -> bytes:
    """All values that ANALYZE keeps, as text, where a bytea or a uuid is in hexadecimal digits."""
    await raw.execute("ANALYZE")
    rows = await raw.fetch(
        "SELECT tablename, attname, most_common_vals::text, histogram_bounds::text FROM pg_stats "
        "WHERE schemaname = 'public'"
    )
    return without_dashes(repr([tuple(row) for row in rows]).encode())


def without_dashes(text: bytes) -> bytes:
    """So that an id as text is found by its hexadecimal digits."""
    return text.replace(b"-", b"")


def found_in(rows: Rows, places: dict[str, bytes]) -> dict[str, list[str]]:
    return {
        name: places_of
        for name, value in rows.items()
        if (
            places_of := [
                place
                for place, content in places.items()
                if any(spelling in content for spelling in spellings(value[:64]))
            ]
        )
    }


async def test_erasure_leaves_no_stored_byte_in_files_catalogues_and_dumps(scene: Scene) -> None:
    tables = {name.partition(".")[0] for name in scene.erased}

    assert {"account", "account_key", "profile", "picture", "model", "avatar", "session"} <= tables
    # The keyed hash of the name's skeleton is held for 30 days, in a table of its own. A link that
    # resets a password has no request, and an empty value is in every file.
    erased = {
        name: value
        for name, value in scene.erased.items()
        if value and "profile.skeleton_index" not in name
    }
    assert found_in(erased, scene.places) == {}


async def test_erasure_leaves_what_others_have(scene: Scene) -> None:
    """And the search finds what is there, in the files and in a dump, and never in the statistics."""
    found = found_in(scene.staying, scene.places)

    assert found == {name: ["dump", "files"] for name in scene.staying}
    assert (await scene.other.request("GET", "/v1/models")).json()["items"][0]["name"] == "Me"
    assert (await login(scene.other.client, "grace", scene.other.password)).status_code == 200
