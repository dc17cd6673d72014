"""What a thief of the disk, of a dump or of the logs finds: nothing that was ever typed."""

import base64
import logging
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from dressform import embedded
from dressform.app import create_app
from dressform.database import autocommit
from dressform.process import engine_of, migrated
from dressform.settings import Settings
from dressform.worker.process import duties_of
from tests.conftest import MASTER_KEY, QUICK
from tests.databases import as_superuser
from tests.drawing import drawn
from tests.people import Mailbox, Person

EMAIL = "quetzal.ofdreams@sewing-circle.example"
NEW_EMAIL = "zephyrine.moved@sewing-circle.example"
USERNAME = "quetzalcoatlus"
PASSWORD = "umbrella pangolin gearbox 77"
BIO = "Ich nähe Mäntel für Pangoline."
SOCIAL = "@pangolinista@needle.example"
MODEL_NAME = "Cousine Philippine"
CHEST = 1234.56789
CONTROL = "this sentence stands in clear"

TYPED = (EMAIL, NEW_EMAIL, USERNAME, PASSWORD, BIO, SOCIAL, MODEL_NAME, str(CHEST), "hpsToBust")


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
    with embedded.running(state, settings=QUICK | {"full_page_writes": "on"}) as running:
        yield running


@pytest.fixture
async def loot(
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
    await migrated(settings)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=settings.public_url) as client:
            duties = duties_of(settings, app.state.service.units)
            mailbox = Mailbox(tmp_path / "mail", duties.deliver)
            secrets, webp = await _live(client, mailbox)
            await duties.round()
    await _leave_in_clear(settings)
    console = "".join(capfd.readouterr())
    logs = f"{caplog.text}{console}".encode() + (state / "postgres.log").read_bytes()
    return Loot(_disk(server.data), _dump(server), logs), secrets, webp


async def _live(client: httpx.AsyncClient, mailbox: Mailbox) -> tuple[bytes, bytes]:
    """Everything that can be stored is stored once, and much of it changed."""
    person = Person(client, mailbox, USERNAME, email=EMAIL, password=PASSWORD)
    await person.register()
    await person.confirm()
    await person.sign_in(EMAIL)
    await person.ask(
        "PATCH", "/v1/profiles/me", json={"bio": BIO, "social_accounts": {"mastodon": SOCIAL}}
    )
    await person.ask("PUT", "/v1/profiles/me/picture", content=drawn())
    webp = (await person.ask("GET", "/v1/profiles/me/picture")).content
    measurements = {"chest": CHEST, "hpsToBust": 299}
    model = await person.add_model(name=MODEL_NAME, breasts=True, measurements=measurements)
    await person.ask("PUT", f"/v1/models/{model}/avatar", content=drawn())
    await person.ask("PATCH", f"/v1/models/{model}", json={"measurements": {"neck": 420}})
    await client.get(f"/v1/profiles/{USERNAME}?who={EMAIL}", headers=person.headers)
    wrong = {"login": EMAIL, "password": PASSWORD + "!", "session": "body"}
    assert (await client.post("/v1/auth/login", json=wrong)).status_code == 401
    change = {"password": PASSWORD, "new_email": NEW_EMAIL}
    assert (await person.ask("POST", "/v1/auth/email/change", json=change)).status_code == 202
    await mailbox.collect()
    tokens = f"{person.access_token}\n{person.refresh_token}".encode()
    return tokens, webp


async def _leave_in_clear(settings: Settings) -> None:
    """The control: what is not sealed is found. And the buffers go to the disk."""
    assert settings.database_url is not None
    admin = SecretStr(as_superuser(settings.database_url.get_secret_value()))
    engine = engine_of(settings.model_copy(update={"database_url": admin}))
    async with autocommit(engine) as connection:
        await connection.execute(
            text("CREATE TABLE control AS SELECT :said AS said"), {"said": CONTROL}
        )
        await connection.execute(text("CHECKPOINT"))
    await engine.dispose()


def _disk(data: Path) -> bytes:
    return b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())


def _dump(server: embedded.Server) -> bytes:
    program = [str(embedded.binary("pg_dump")), *server.psql_arguments()]
    return subprocess.run(program, check=True, capture_output=True).stdout


def _spellings(value: bytes) -> Iterator[bytes]:
    """As bytes, in hex, and in base64 wherever in a longer text it stands."""
    yield value
    yield value.hex().encode()
    yield value.hex().upper().encode()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + value)
        yield encoded[4 if shift else 0 : -4]


def _found(value: bytes, loot: Loot) -> list[str]:
    return [
        place
        for place in ("disk", "dump", "logs")
        if any(spelling in getattr(loot, place) for spelling in _spellings(value))
    ]


async def test_nothing_that_was_typed_is_found_anywhere(
    loot: tuple[Loot, bytes, bytes],
) -> None:
    taken, tokens, webp = loot
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
