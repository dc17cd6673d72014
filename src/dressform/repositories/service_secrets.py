"""The secrets of the service, and the wrapped keys of all tables."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, insert, select, update

from dressform.clock import Clock
from dressform.crypto.sealing import MasterKeys, WrappedKey
from dressform.crypto.secrets import timed_id
from dressform.db.advisory_locks import SERVICE_SECRETS
from dressform.db.connections import Connection
from dressform.db.statements import Statement
from dressform.db.tables import Account, AccountKey, AuditLogEntry, Mail, ServiceSecret, SignUp
from dressform.repositories.key_states import SecretPurpose, StoredKey, is_retired

WRAPPED_KEY_COLUMNS: tuple[tuple[Any, str], ...] = (
    (ServiceSecret, "id"),
    (AccountKey, "account_id"),
    (SignUp, "id"),
    (Mail, "id"),
    (AuditLogEntry, "id"),
)
"""The tables with wrapped keys, and the column whose value is bound to each key."""

_ALL = Statement(
    select(
        ServiceSecret.id,
        ServiceSecret.purpose,
        ServiceSecret.created_at,
        ServiceSecret.active_from,
        ServiceSecret.key_id,
        ServiceSecret.wrapped_key,
    ).order_by(ServiceSecret.id)
)


class ServiceSecrets:
    """The secrets that the service generates, and the wrapping of all keys.

    It works without a unit of work, because that needs the key rings that are read here.
    """

    def __init__(self, connection: Connection, master: MasterKeys, clock: Clock) -> None:
        self._connection = connection
        self._master = master
        self._clock = clock

    async def list_all(self) -> list[StoredKey]:
        """Return all keys. Raise MissingMasterKeyError, or DecryptionError."""
        rows = await self._connection.execute(_ALL)
        return [self._decrypt(row) for row in rows]

    async def list_by_purpose(self, purpose: SecretPurpose) -> list[StoredKey]:
        """Return the keys of a purpose."""
        return [key for key in await self.list_all() if key.purpose is purpose]

    async def add(
        self, purpose: SecretPurpose, secret: bytes, *, active_from: datetime
    ) -> StoredKey:
        """Store a key under the active master key."""
        secret_id, now = timed_id(), self._clock()
        wrapped = self._master.wrap_bytes(secret, secret_id)
        await self._connection.execute(
            insert(ServiceSecret).values(
                id=secret_id,
                purpose=purpose,
                created_at=now,
                active_from=active_from,
                key_id=wrapped.key_id,
                wrapped_key=wrapped.key,
            )
        )
        return StoredKey(secret_id, purpose, now, active_from, secret)

    async def activate(self, key: StoredKey) -> None:
        """Use a published key from now on."""
        await self._connection.execute(
            update(ServiceSecret)
            .where(ServiceSecret.id == key.id)
            .values(active_from=self._clock())
        )

    async def delete(self, key: StoredKey) -> None:
        """Delete a key."""
        await self._connection.execute(delete(ServiceSecret).where(ServiceSecret.id == key.id))

    async def delete_retired(self) -> int:
        """Delete the keys of which nothing is valid any longer. Return how many."""
        keys, now = await self.list_all(), self._clock()
        retired = [
            key
            for key in keys
            if is_retired(key, [one for one in keys if one.purpose is key.purpose], now)
        ]
        for key in retired:
            await self.delete(key)
        return len(retired)

    async def has_accounts(self) -> bool:
        """Return whether the database has an account, expired or not."""
        return bool(await self._connection.scalar(select(exists().select_from(Account))))

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

    async def count_by_master_key(self) -> dict[str, int]:
        """Return how many keys are wrapped under each master key."""
        counts: dict[str, int] = {}
        for table, _ in WRAPPED_KEY_COLUMNS:
            key_id = table.__table__.c.key_id
            rows = await self._connection.execute(select(key_id, func.count()).group_by(key_id))
            for name, number in rows:
                counts[name] = counts.get(name, 0) + number
        return counts

    async def rewrap(self, limit: int = 1000) -> int:
        """Rewrap up to `limit` keys of each table under the active master key. Return how many."""
        return sum([await self._rewrap(table, key, limit) for table, key in WRAPPED_KEY_COLUMNS])

    def _decrypt(self, row: Any) -> StoredKey:
        secret = self._master.unwrap_bytes(WrappedKey(row.key_id, row.wrapped_key), row.id)
        purpose = SecretPurpose(row.purpose)
        return StoredKey(row.id, purpose, row.created_at, row.active_from, secret)

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
