"""Bulk creation of members who consent to the open dataset."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from dressform.crypto.sealing import DataKey
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.opendata.consent import CURRENT
from dressform.policy.periods import start_of_day
from dressform.sewing.catalogue import CATALOGUE
from dressform.sewing.estimates import estimate_from_neck

_BATCH = 10_000
_COLUMNS = {
    "account": ("id", "email_index", "created_at", "last_login_at", "version", "sealed"),
    "account_key": ("account_id", "key_id", "wrapped_key"),
    "model": ("id", "account_id", "position", "version", "sealed"),
    "dataset_consent_act": (
        *("account_id", "id", "number", "act", "acted_at"),
        *("language", "text_version", "text_sha256"),
    ),
    "dataset_consent": ("account_id", "given_id"),
}

WITHDRAW_SQL = "UPDATE dataset_consent SET given_id = NULL WHERE account_id = $1"
"""The statement that withdraws a consent, as far as a draw reads it."""


def consent_again_sql(
    on: str, *, version: str = CURRENT["en"].version, who: str = "account_id = $1"
) -> str:
    """Return the SQL with which accounts consent to another version, or on another day."""
    return f"""
        WITH added AS (
            INSERT INTO dataset_consent_act
            SELECT account_id, gen_random_uuid(), max(number) + 1, 'given', '{on}T00:00Z', 'en',
                '{version}', sha256('')
            FROM dataset_consent_act WHERE {who} GROUP BY account_id
            RETURNING account_id, id)
        UPDATE dataset_consent AS state SET given_id = added.id FROM added
        WHERE state.account_id = added.account_id
    """


AGREED = datetime(2026, 1, 1, tzinfo=UTC)
PROPOSER, APPROVER = UUID(int=1), UUID(int=2)


async def create_operator(
    connection: asyncpg.Connection, account_id: UUID, at: datetime = AGREED
) -> None:
    """Create an operator's account without any data."""
    await connection.execute(
        "INSERT INTO account (id, email_index, created_at, last_login_at, version, sealed)"
        " VALUES ($1, $2, $3, $3, 1, '')",
        account_id,
        account_id.bytes,
        at,
    )
    await connection.execute(
        "INSERT INTO operator (account_id, created_at) VALUES ($1, $2)", account_id, at
    )


async def create_members(
    uows: UnitOfWorkFactory,
    connection: asyncpg.Connection,
    number: int,
    *,
    agreed: datetime = AGREED,
    breasts: bool = True,
) -> None:
    """Create members who registered and consented at `agreed`, each with one complete model."""
    made = _iter_rows(uows, number, agreed, breasts=breasts)
    while rows := list(islice(made, _BATCH)):
        for table, columns in _COLUMNS.items():
            records = [row[table] for row in rows]
            await connection.copy_records_to_table(table, columns=columns, records=records)


def _iter_rows(
    uows: UnitOfWorkFactory, number: int, agreed: datetime, *, breasts: bool
) -> Iterator[dict[str, tuple[Any, ...]]]:
    draw = random.Random(7)
    for _ in range(number):
        account_id, model_id, act_id, key = uuid4(), uuid4(), uuid4(), DataKey.generate()
        wrapped = uows.keyrings.master.wrap(key, account_id)
        neck = draw.gauss(340, 20)
        found = {"neck": neck} | estimate_from_neck(neck, breasts=breasts)
        body = {name: round(at * draw.gauss(1, 0.03)) for name, at in found.items()}
        assert len(body) == len(CATALOGUE) or not breasts
        payload = {"name": "Made", "breasts": breasts, "measurements": body, "typed": {}}
        sealed = key.seal(payload, "model", model_id, 1)
        yield {
            "account": (account_id, account_id.bytes, agreed, agreed, 1, b""),
            "account_key": (account_id, wrapped.key_id, wrapped.key),
            "model": (model_id, account_id, 1, 1, sealed),
            "dataset_consent_act": (
                *(account_id, act_id, 1, "given", start_of_day(agreed)),
                *("en", CURRENT["en"].version, b""),
            ),
            "dataset_consent": (account_id, act_id),
        }
