"""The operators: members who may search the access log."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from dressform.crypto.sealing import DecryptionError, MissingMasterKeyError, WrappedKey
from dressform.db.statements import Row, Statement
from dressform.db.tables import Account, AccountKey, Profile
from dressform.db.tables import Operator as OperatorRow
from dressform.db.unit_of_work import UnitOfWork
from dressform.policy.periods import start_of_day
from dressform.repositories.members import member_with_columns

_OPERATOR = (
    select(
        Profile.account_id,
        Profile.version,
        Profile.sealed,
        AccountKey.key_id,
        AccountKey.wrapped_key,
        OperatorRow.created_at,
    )
    .join(Account, Account.id == Profile.account_id)
    .join(AccountKey, AccountKey.account_id == Profile.account_id)
    .outerjoin(OperatorRow, OperatorRow.account_id == Profile.account_id)
)
_IS_ACTIVE = (Account.expires_at > bindparam("at"), Account.restricted_at.is_(None))
_HAS_ID = OperatorRow.account_id == bindparam("account_id")
_ADD = Statement(insert(OperatorRow).on_conflict_do_nothing(), "account_id", "created_at")
_REMOVE = Statement(delete(OperatorRow).where(_HAS_ID))
_CONTAINS = Statement(
    select(OperatorRow.account_id)
    .join(Account, Account.id == OperatorRow.account_id)
    .where(_HAS_ID, *_IS_ACTIVE)
)
MEMBER_AND_OPERATOR = Statement(
    member_with_columns(OperatorRow.account_id.label("operator_id")).outerjoin(
        OperatorRow, OperatorRow.account_id == Account.id
    )
)
_EXISTS = Statement(select(exists().where(_HAS_ID)))
_ALL = Statement(
    _OPERATOR.where(OperatorRow.created_at.is_not(None), *_IS_ACTIVE).order_by(
        OperatorRow.created_at
    )
)
_NAMES = Statement(
    _OPERATOR.where(
        Profile.account_id == func.any(bindparam("account_ids", type_=ARRAY(Uuid))), *_IS_ACTIVE
    )
)


@dataclass(frozen=True, slots=True)
class StoredOperator:
    """An operator, with the day since which they are one."""

    account_id: UUID
    username: str
    created_at: datetime


class Operators:
    """The operators. Accounts that are restricted or have expired are not among them."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def add(self, account_id: UUID) -> bool:
        """Make an account an operator. Return False when it is one already."""
        added = await self._uow.connection.execute(
            _ADD, {"account_id": account_id, "created_at": start_of_day(self._uow.now)}
        )
        return added.rowcount > 0

    async def remove(self, account_id: UUID) -> bool:
        """Remove an operator. Return False when the account is none."""
        removed = await self._uow.connection.execute(_REMOVE, {"account_id": account_id})
        return removed.rowcount > 0

    async def contains(self, account_id: UUID) -> bool:
        """Return whether an account is an operator now."""
        params = {"account_id": account_id, "at": self._uow.now}
        return await self._uow.connection.scalar(_CONTAINS, params) is not None

    async def exists(self, account_id: UUID) -> bool:
        """Return whether an account has an operator row, even while it is restricted."""
        return bool(await self._uow.connection.scalar(_EXISTS, {"account_id": account_id}))

    async def list_all(self) -> list[StoredOperator]:
        """Return the operators in the order in which they became one."""
        rows = await self._uow.connection.execute(_ALL, {"at": self._uow.now})
        return [
            StoredOperator(row.account_id, self._decrypt_username(row), row.created_at)
            for row in rows
        ]

    async def get_usernames(self, account_ids: Collection[UUID]) -> dict[UUID, str]:
        """Return the usernames of accounts, operators or not, unless restricted or expired.

        Accounts that can't be decrypted are left out; `dressform keys` reports those.
        """
        params = {"account_ids": list(account_ids), "at": self._uow.now}
        names = {}
        for row in await self._uow.connection.execute(_NAMES, params):
            with suppress(DecryptionError, MissingMasterKeyError):
                names[row.account_id] = self._decrypt_username(row)
        return names

    def _decrypt_username(self, row: Row) -> str:
        wrapped = WrappedKey(row.key_id, row.wrapped_key)
        key = self._uow.keyrings.master.unwrap(wrapped, row.account_id)
        profile = key.open(row.sealed, "profile", row.account_id, row.version)
        return str(profile["username"])
