"""What a thief of the disk, of a dump or of the logs finds: nothing that was ever typed."""

import logging
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from dressform.api.app import create_app
from dressform.bootstrap import run_migrations
from dressform.db import embedded
from dressform.settings.settings import Settings
from dressform.worker.runner import create_tasks
from tests.conftest import FAST_DATABASE, MASTER_KEY
from tests.helpers.members import Mailbox
from tests.helpers.thief import (
    CHEST,
    CONTROL,
    TYPED,
    as_administrator,
    disk_of,
    dump_of,
    live,
    spellings,
)


@dataclass(frozen=True)
class Loot:
    """All that a thief got hold of."""

    disk: bytes
    dump: bytes
    logs: bytes


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
async def stolen_bytes(
    server: embedded.Server,
    state: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> tuple[Loot, bytes, bytes]:
    """After a life of an account: the loot, the secrets that were sent, a stored picture."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "httpx")  # The client's own log, which repeats its requests.
    settings = Settings(
        database_url=server.url(), master_keys=MASTER_KEY, state_dir=tmp_path, _env_file=None
    )
    await run_migrations(settings)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=settings.public_url) as client:
            tasks = create_tasks(settings, app.state.dressform.uows)
            mailbox = Mailbox(tmp_path / "mail", tasks.deliver_mails)
            person, webp = await live(client, mailbox)
            secrets = f"{person.access_token}\n{person.refresh_token}".encode()
            await tasks.run_once()
    await _leave_in_clear(settings)
    console = "".join(capfd.readouterr())
    logs = f"{caplog.text}{console}".encode() + (state / "postgres.log").read_bytes()
    return Loot(disk_of(server.data), dump_of(server), logs), secrets, webp


async def _leave_in_clear(settings: Settings) -> None:
    """The control: what is not sealed is found. And the buffers go to the disk."""
    await as_administrator(
        settings, "CREATE TABLE control AS SELECT CAST(:said AS text) AS said", said=CONTROL
    )
    await as_administrator(settings, "CHECKPOINT")


def _found(value: bytes, stolen_bytes: Loot) -> list[str]:
    return [
        place
        for place in ("disk", "dump", "logs")
        if any(spelling in getattr(stolen_bytes, place) for spelling in spellings(value))
    ]


async def test_nothing_that_was_typed_is_found_anywhere(
    stolen_bytes: tuple[Loot, bytes, bytes],
) -> None:
    taken, tokens, webp = stolen_bytes
    values = {said: said.encode() for said in TYPED}
    values |= {f"{said} in UTF-16": said.encode("utf-16-le") for said in TYPED}
    values |= {f"token {n}": token for n, token in enumerate(tokens.splitlines())}
    values |= {
        "picture": webp[12:60],
        "chest, little-endian": struct.pack("<d", CHEST),
        "chest, big-endian": struct.pack(">d", CHEST),
    }

    found = {name: _found(value, taken) for name, value in values.items()}

    assert found == {name: [] for name in values}
    assert _found(CONTROL.encode(), taken) == ["disk", "dump"]
