"""The keyed hashes of all rows, computed again from the encrypted values when the index key changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Select, bindparam, select, update

from dressform.crypto.keyrings import RowEncryption
from dressform.crypto.sealing import DecryptionError, MissingMasterKeyError, WrappedKey
from dressform.db.statements import Row, Statement
from dressform.db.tables import Account, AccountKey, Mail, Profile, SignUp
from dressform.db.unit_of_work import UnitOfWork

BATCH = 200


@dataclass(slots=True)
class Batch:
    """The outcome of a batch. `last_id` is None behind the last row."""

    last_id: UUID | None
    rehashed: int = 0
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class HashedTable:
    """A table with keyed hashes, read in the order of its ids.

    `removable`: the column whose hash is removed for good when it is null.
    """

    name: str
    read: Statement
    write: Statement
    hash_columns: tuple[str, ...]
    removable: str | None = None


def _describe(
    table: Any,
    id_column: Any,
    rows: Select[*tuple[Any, ...]],
    *hash_columns: str,
    removable: str | None = None,
) -> HashedTable:
    read = (
        rows.where(id_column > bindparam("after"))
        .order_by(id_column)
        .limit(bindparam("limit", type_=BigInteger))
        .with_for_update(of=table)
    )
    write = update(table).where(id_column == bindparam("row_id"))
    return HashedTable(
        table.__tablename__,
        Statement(read),
        Statement(write, *hash_columns),
        hash_columns,
        removable,
    )


_KEY = (AccountKey.key_id, AccountKey.wrapped_key)
_PROFILES = select(
    Profile.account_id.label("id"),
    Profile.version,
    Profile.sealed,
    Profile.username_index,
    Profile.skeleton_index,
    *_KEY,
).join(AccountKey, AccountKey.account_id == Profile.account_id)
_HASHES_OF_PROFILES = ("username_index", "skeleton_index")
WITHOUT_SKELETON = _describe(
    Profile,
    Profile.account_id,
    _PROFILES.where(Profile.skeleton_index.is_(None)),
    *_HASHES_OF_PROFILES,
)
"""The profiles of earlier versions, whose hash for names that look alike was never computed."""
HASHED_TABLES = (
    _describe(
        Account,
        Account.id,
        select(Account.id, Account.version, Account.sealed, Account.email_index, *_KEY).join(
            AccountKey, AccountKey.account_id == Account.id
        ),
        "email_index",
    ),
    _describe(Profile, Profile.account_id, _PROFILES, *_HASHES_OF_PROFILES),
    _describe(
        SignUp,
        SignUp.id,
        select(
            SignUp.id,
            SignUp.sealed,
            SignUp.email_index,
            SignUp.username_index,
            SignUp.key_id,
            SignUp.wrapped_key,
        ),
        "email_index",
        "username_index",
        # A registration gives its username up when a member has it.
        removable="username_index",
    ),
    _describe(
        Mail,
        Mail.id,
        select(Mail.id, Mail.sealed, Mail.email_index, Mail.key_id, Mail.wrapped_key).where(
            Mail.email_index.is_not(None)
        ),
        "email_index",
    ),
)
_WITH_OWN_KEY = frozenset({SignUp.__tablename__, Mail.__tablename__})


class StoredHashes:
    """The keyed hashes of accounts, profiles, registrations and mails, expired or not."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._index = uow.keyrings.index

    async def rehash_batch(self, table: HashedTable, *, after: UUID) -> Batch:
        """Write the hashes under the active key into the rows behind the id `after`.

        Rows that don't open keep their hashes and are counted. No version of a row changes.
        """
        rows = (
            await self._uow.connection.execute(table.read, {"after": after, "limit": BATCH})
        ).all()
        batch = Batch(rows[-1].id if len(rows) == BATCH else None)
        for row in rows:
            try:
                computed = self._compute(table, self._decrypt(table, row))
            except (DecryptionError, MissingMasterKeyError):
                batch.unreadable += 1
                continue
            hashes: dict[str, bytes | None] = {**computed}
            if table.removable and row[table.removable] is None:
                hashes[table.removable] = None
            if any(row[column] != hashes[column] for column in table.hash_columns):
                await self._uow.connection.execute(table.write, {"row_id": row.id, **hashes})
                batch.rehashed += 1
        return batch

    def _compute(self, table: HashedTable, payload: Mapping[str, str]) -> dict[str, bytes]:
        hashes = {}
        if "email_index" in table.hash_columns:
            address = payload["to" if table.name == Mail.__tablename__ else "email"]
            hashes["email_index"] = self._index.hash_email(address)
        if "username_index" in table.hash_columns:
            hashes["username_index"] = self._index.hash_username(payload["username"])
        if "skeleton_index" in table.hash_columns:
            hashes["skeleton_index"] = self._index.hash_skeleton(payload["username"])
        return hashes

    def _decrypt(self, table: HashedTable, row: Row) -> Any:
        if table.name in _WITH_OWN_KEY:
            return RowEncryption(self._uow.keyrings, table.name).open(row)
        wrapped = WrappedKey(row.key_id, row.wrapped_key)
        key = self._uow.keyrings.master.unwrap(wrapped, row.id)
        return key.open(row.sealed, table.name, row.id, row.version)
