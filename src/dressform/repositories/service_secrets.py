"""The secrets of the service, and the wrapped keys of all tables."""

from enum import StrEnum
from typing import Any

from sqlalchemy import func, insert, select, update

from dressform.clock import Clock
from dressform.crypto.sealing import MasterKeys, WrappedKey
from dressform.crypto.secrets import timed_id
from dressform.db.advisory_locks import SERVICE_SECRETS
from dressform.db.connections import Connection
from dressform.db.tables import AccountKey, AuditLogEntry, Mail, ServiceSecret, SignUp


class SecretPurpose(StrEnum):
    """What a secret of the service is for."""

    INDEX = "index"
    SIGNING = "signing"


WRAPPED_KEY_COLUMNS: tuple[tuple[Any, str], ...] = (
    (ServiceSecret, "id"),
    (AccountKey, "account_id"),
    (SignUp, "id"),
    (Mail, "id"),
    (AuditLogEntry, "id"),
)
"""The tables with wrapped keys, and the column whose value is bound to each key."""


class ServiceSecrets:
    """The secrets that the service generates, and the wrapping of all keys.

    It works without a unit of work, because that needs the key rings that are read here.
    """

    def __init__(self, connection: Connection, master: MasterKeys, clock: Clock) -> None:
        self._connection = connection
        self._master = master
        self._clock = clock

    async def list_by_purpose(self, purpose: SecretPurpose) -> list[bytes]:
        """Return the secrets of a purpose, newest first."""
        rows = await self._connection.execute(
            select(ServiceSecret.id, ServiceSecret.key_id, ServiceSecret.wrapped_key)
            .where(ServiceSecret.purpose == purpose)
            .order_by(ServiceSecret.id.desc())
        )
        return [self._master.unwrap_bytes(WrappedKey(*row[1:]), row.id) for row in rows]

    async def add(self, purpose: SecretPurpose, secret: bytes) -> None:
        """Store a secret under the active master key."""
        secret_id = timed_id()
        wrapped = self._master.wrap_bytes(secret, secret_id)
        await self._connection.execute(
            insert(ServiceSecret).values(
                id=secret_id,
                purpose=purpose,
                created_at=self._clock(),
                key_id=wrapped.key_id,
                wrapped_key=wrapped.key,
            )
        )

    async def lock(self) -> None:
        """Lock until the transaction ends, so that processes that start together create one
        secret.
        """
        await self._connection.execute(select(func.pg_advisory_xact_lock(*SERVICE_SECRETS)))

    async def list_master_key_ids(self) -> set[str]:
        """Return the ids of the master keys that are needed to decrypt everything."""
        parts = (select(table.__table__.c.key_id).distinct() for table, _ in WRAPPED_KEY_COLUMNS)
        first, *others = parts
        return set((await self._connection.execute(first.union(*others))).scalars())

    async def rewrap(self, limit: int = 1000) -> int:
        """Rewrap up to `limit` keys of each table under the active master key. Return how many."""
        return sum([await self._rewrap(table, key, limit) for table, key in WRAPPED_KEY_COLUMNS])

    async def _rewrap(self, table: type, key: str, limit: int) -> int:
        columns = table.__table__.c  # type: ignore[attr-defined]
        rows = await self._connection.execute(
            select(columns[key], columns.key_id, columns.wrapped_key)
            .where(columns.key_id != self._master.active_id)
            .limit(limit)
            .with_for_update()
        )
        found = rows.all()
        for owner, key_id, wrapped_key in found:
            fresh = self._master.rewrap(WrappedKey(key_id, wrapped_key), owner)
            await self._connection.execute(
                update(table)
                .where(columns[key] == owner)
                .values(key_id=fresh.key_id, wrapped_key=fresh.key)
            )
        return len(found)
