"""Measure by how much one request lets each table grow, and compare it with what is documented."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from dressform.bootstrap import bootstrap
from dressform.clock import now
from dressform.crypto.secrets import random_id
from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.opendata.consent import CURRENT
from dressform.repositories.accounts import Accounts
from dressform.repositories.attempt_counts import AttemptCounts
from dressform.repositories.consents import Consents
from dressform.repositories.idempotent_requests import IdempotentRequests, RequestKey
from dressform.repositories.mails import Mails
from dressform.repositories.owners import Owner
from dressform.repositories.rate_limits import FORGOT, Budget
from dressform.repositories.sessions import Sessions
from dressform.repositories.sign_ups import SignUps
from dressform.settings.settings import Settings
from tests.helpers.access_log import as_log_role

GROWTH = Path("docs/security/growth.md")
ADDRESS = "a-person-with-a-long-name.{}@mail.example.org"
HASH = "$argon2id$v=19$m=19456,t=2,p=1$" + "A" * 22 + "$" + "A" * 43

Fill = Callable[[UnitOfWork, Owner], Awaitable[int]]
"""Add as many rows as many requests would, and return how many."""


async def fill_mail(uow: UnitOfWork, _: Owner) -> int:
    for number in range(2000):
        await Mails(uow).add("password-reset", to=ADDRESS.format(number), language="en")
    return 2000


async def fill_sign_up(uow: UnitOfWork, _: Owner) -> int:
    for number in range(2000):
        await SignUps(uow).add(
            email=ADDRESS.format(number),
            username=f"a-person-with-a-name-{number}",
            language="en",
            password_hash=HASH,
        )
    return 2000


async def fill_session(uow: UnitOfWork, owner: Owner) -> int:
    for _ in range(100):
        await Sessions(uow).add(owner)
    return 100


async def fill_consents(uow: UnitOfWork, owner: Owner) -> int:
    for _ in range(200):
        await Consents(uow).give(owner, CURRENT["en"], None)
        await Consents(uow).withdraw(owner)
    return 400


async def fill_attempts(uow: UnitOfWork, _: Owner) -> int:
    for number in range(2000):
        await AttemptCounts(uow).take(Budget.of_mailbox(FORGOT, ADDRESS.format(number)))
    return 2000


async def fill_idempotent_requests(uow: UnitOfWork, owner: Owner) -> int:
    for number in range(200):
        await IdempotentRequests(uow, owner).record(
            RequestKey(f"key-{number}", bytes(32)), [random_id()]
        )
    return 200


FILLS: dict[str, Fill] = {
    "idempotent_request": fill_idempotent_requests,
    "mail": fill_mail,
    "sign_up": fill_sign_up,
    "session": fill_session,
    "attempt_count": fill_attempts,
    "dataset_consent_act": fill_consents,
}


@pytest.fixture
async def own_uows(isolated_settings: Settings) -> AsyncIterator[UnitOfWorkFactory]:
    async with bootstrap(isolated_settings) as (uows, _):
        yield uows


def documented_bytes(table: str) -> int:
    """Return the bytes per row that the table of the document states."""
    found = re.search(rf"^\| `{table}` .*\| ([\d,]+) \|", GROWTH.read_text(), re.MULTILINE)
    assert found, f"{GROWTH} does not name {table}"
    return int(found[1].replace(",", ""))


async def size_of(uow: UnitOfWork, table: str) -> int:
    """Return the bytes of a table or partition with its indexes."""
    query = text("SELECT pg_total_relation_size(CAST(CAST(:name AS text) AS regclass))")
    return int(await uow.connection.scalar(query, {"name": table}))


@pytest.mark.parametrize("table", FILLS)
async def test_a_request_adds_the_bytes_that_are_documented(
    own_uows: UnitOfWorkFactory, table: str
) -> None:
    async with own_uows.transaction() as uow:
        owner = await Accounts(uow).add(
            random_id(), email="ada@example.org", language="en", password_hash=HASH
        )
        before = await size_of(uow, table)
        rows = await FILLS[table](uow, owner)
        measured = (await size_of(uow, table) - before) / rows

    assert 0.6 * documented_bytes(table) < measured <= documented_bytes(table)


async def test_a_line_of_the_access_log_has_the_bytes_that_are_documented(
    own_uows: UnitOfWorkFactory,
) -> None:
    day = now().date()
    async with as_log_role(own_uows) as uow:
        await uow.connection.execute(
            text(
                "CREATE TABLE IF NOT EXISTS access_log_measured PARTITION OF access_log "
                f"FOR VALUES FROM ('{day} 00:00+00') TO ('{day} 24:00+00')"
            )
        )
        before = await size_of(uow, "access_log_measured")
        await uow.connection.execute(
            text(
                "INSERT INTO access_log SELECT "
                f"'{day}'::timestamptz + n * interval '1 second', '2001:db8:1:2:3:4:5:6', 'POST', "
                "'/v1/auth/password/forgot', 202, 1234, gen_random_uuid() "
                "FROM generate_series(1, 20000) AS n"
            )
        )
        measured = (await size_of(uow, "access_log_measured") - before) / 20_000

    assert 0.6 * documented_bytes("access_log") < measured <= documented_bytes("access_log")
