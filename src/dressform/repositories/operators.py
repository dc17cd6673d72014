from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from dressform.crypto.sealing import MissingMasterKeyError, SealBrokenError, Wrapped
from dressform.database import Unit
from dressform.tables import Account, AccountKey, Profile
from dressform.tables import Operator as Row
from dressform.windows import start_of_day

_NAMED = (
    select(
        Profile.account_id,
        Profile.version,
        Profile.sealed,
        AccountKey.key_id,
        AccountKey.wrapped_key,
        Row.created_at,
    )
    .join(Account, Account.id == Profile.account_id)
    .join(AccountKey, AccountKey.account_id == Profile.account_id)
    .outerjoin(Row, Row.account_id == Profile.account_id)
)


@dataclass(frozen=True, slots=True)
class Operator:
    account_id: UUID
    username: str
    created_at: datetime


class Operators:
    """The accounts that may look into the address log: none that is restricted or has ended."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    async def add(self, account_id: UUID) -> bool:
        """False when it was one already."""
        added = insert(Row).values(account_id=account_id, created_at=start_of_day(self._unit.at))
        result = await self._unit.connection.execute(added.on_conflict_do_nothing())
        return result.rowcount > 0

    async def remove(self, account_id: UUID) -> bool:
        """False when it was none."""
        removed = delete(Row).where(Row.account_id == account_id)
        return (await self._unit.connection.execute(removed)).rowcount > 0

    async def contains(self, account_id: UUID) -> bool:
        found = select(Row.account_id).join(Account, Account.id == Row.account_id)
        active = found.where(Row.account_id == account_id, *self._is_active())
        return (await self._unit.connection.execute(active)).one_or_none() is not None

    async def stores(self, account_id: UUID) -> bool:
        """Whether there is a row of the account, even while it is restricted."""
        found = select(exists().where(Row.account_id == account_id))
        return bool((await self._unit.connection.execute(found)).scalar_one())

    async def all(self) -> list[Operator]:
        """In the order in which they became operators."""
        query = _NAMED.where(Row.created_at.is_not(None), *self._is_active())
        rows = await self._unit.connection.execute(query.order_by(Row.created_at))
        return [Operator(row.account_id, self._username(row), row.created_at) for row in rows]

    async def names(self, account_ids: Collection[UUID]) -> dict[UUID, str]:
        """The usernames of those accounts that are neither restricted nor ended, operator or not.

        Without those that don't open, which says `dressform keys`.
        """
        query = _NAMED.where(Profile.account_id.in_(account_ids), *self._is_active())
        names = {}
        for row in await self._unit.connection.execute(query):
            with suppress(SealBrokenError, MissingMasterKeyError):
                names[row.account_id] = self._username(row)
        return names

    def _is_active(self) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return Account.ends_at > self._unit.at, Account.restricted_at.is_(None)

    def _username(self, row: Any) -> str:
        wrapped = Wrapped(row.key_id, row.wrapped_key)
        key = self._unit.vault.master.unwrap(wrapped, row.account_id)
        profile = key.open(row.sealed, "profile", row.account_id, row.version)
        return str(profile["username"])
