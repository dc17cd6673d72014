"""Members who agreed to the open dataset, as the service makes them; as many as one likes."""

import random
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

import asyncpg

from dressform.crypto.sealing import DataKey
from dressform.crypto.secrets import new_id
from dressform.database import Units
from dressform.sewing.catalogue import CATALOGUE
from dressform.sewing.estimates import estimates

_BATCH = 10_000
_COLUMNS = {
    "account": ("id", "email_index", "created_at", "version", "sealed"),
    "account_key": ("account_id", "key_id", "wrapped_key"),
    "model": ("id", "account_id", "created_at", "updated_at", "version", "sealed"),
    "dataset_consent": ("account_id", "given_at", "language", "text_version", "text_sha256"),
}


async def joined(
    units: Units, connection: asyncpg.Connection, number: int, *, agreed: datetime
) -> None:
    """They registered the moment they agreed; each has one model with all measurements."""
    made = _rows(units, number, agreed)
    while rows := list(islice(made, _BATCH)):
        for table, columns in _COLUMNS.items():
            records = [row[table] for row in rows]
            await connection.copy_records_to_table(table, columns=columns, records=records)


def _rows(units: Units, number: int, agreed: datetime) -> Iterator[dict[str, tuple[Any, ...]]]:
    draw = random.Random(7)
    for _ in range(number):
        account_id, model_id, key = new_id(), new_id(), DataKey.new()
        wrapped = units.vault.master.wrap(key, account_id)
        neck = draw.gauss(340, 20)
        found = {"neck": neck} | estimates(neck, breasts=True)
        body = {name: round(at * draw.gauss(1, 0.03)) for name, at in found.items()}
        assert len(body) == len(CATALOGUE)
        payload = {"name": "Made", "breasts": True, "measurements": body, "typed": {}}
        sealed = key.seal(payload, "model", model_id, 1)
        yield {
            "account": (account_id, account_id.bytes, agreed, 1, b""),
            "account_key": (account_id, wrapped.key_id, wrapped.key),
            "model": (model_id, account_id, agreed, agreed, 1, sealed),
            "dataset_consent": (account_id, agreed, "en", "1", b""),
        }
