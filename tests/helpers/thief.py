"""A life of an account in which all that can be stored is stored, and what a thief finds of it."""

import base64
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
from sqlalchemy import text

from dressform.db import embedded
from dressform.db.connections import Autocommit
from dressform.db.pool import Pool
from dressform.settings.settings import Settings
from tests.helpers.databases import as_superuser
from tests.helpers.images import make_image
from tests.helpers.members import Mailbox, MemberClient

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


async def live(client: httpx.AsyncClient, mailbox: Mailbox) -> tuple[MemberClient, bytes]:
    """Store everything that can be stored once, and change much of it.

    Return the member and the bytes of their stored picture.
    """
    person = MemberClient(client, mailbox, USERNAME, email=EMAIL, password=PASSWORD)
    await person.register()
    await person.confirm()
    await person.sign_in(EMAIL)
    await person.request(
        "PATCH", "/v1/profiles/me", json={"bio": BIO, "social_accounts": {"mastodon": SOCIAL}}
    )
    await person.request("PUT", "/v1/profiles/me/picture", content=make_image())
    webp = (await person.request("GET", "/v1/profiles/me/picture")).content
    measurements = {"chest": CHEST, "hpsToBust": 299}
    model = await person.add_model(name=MODEL_NAME, breasts=True, measurements=measurements)
    await person.request("PUT", f"/v1/models/{model}/avatar", content=make_image())
    await person.request("PATCH", f"/v1/models/{model}", json={"measurements": {"neck": 420}})
    await client.get(f"/v1/profiles/{USERNAME}?who={EMAIL}", headers=person.headers)
    wrong = {"login": EMAIL, "password": PASSWORD + "!", "session": "body"}
    assert (await client.post("/v1/auth/login", json=wrong)).status_code == 401
    change = {"password": PASSWORD, "new_email": NEW_EMAIL}
    assert (await person.request("POST", "/v1/auth/email/change", json=change)).status_code == 202
    await mailbox.collect()
    return person, webp


async def as_administrator(settings: Settings, *commands: str, **values: str) -> None:
    """Run SQL as the superuser, each command by itself."""
    assert settings.database_url is not None
    pool = Pool(as_superuser(settings.database_url.get_secret_value()))
    for command in commands:
        await Autocommit(pool).execute(text(command), values)
    await pool.close()


def disk_of(data: Path) -> bytes:
    return b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())


def dump_of(server: embedded.Server) -> bytes:
    program = [str(embedded.binary("pg_dump")), *server.psql_arguments()]
    return subprocess.run(program, check=True, capture_output=True).stdout


def spellings(value: bytes) -> Iterator[bytes]:
    """Yield a value as bytes, in hex, and in base64 at each offset in a longer text."""
    yield value
    yield value.hex().encode()
    yield value.hex().upper().encode()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + value)
        yield encoded[4 if shift else 0 : -4]
