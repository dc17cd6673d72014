"""The storage of the tables with personal data."""

from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, bindparam, func, select, text, update

from dressform.db.tables import Base
from dressform.db.unit_of_work import UnitOfWork
from dressform.policy.notice import INTERNAL
from dressform.policy.operation_data import VISITOR

_NOT_ABOUT_MEMBERS = {INTERNAL, VISITOR.key}
_LEDGER = "retention_run"

BATCH = 200
"""Rows that are rewritten in one transaction."""
_FIRST = UUID(int=0)


def is_about_members(table: Table) -> bool:
    """Return whether the rows of a table are about members, or about registrations.

    That is all tables but the access log, whose partitions are dropped as files, and the ledger of
    the worker's runs.
    """
    first, *_ = table.columns
    return first.info["category"] not in _NOT_ABOUT_MEMBERS and table.name != _LEDGER


MEMBER_TABLES = tuple(table for table in Base.metadata.sorted_tables if is_about_members(table))
"""The tables with personal data, referenced tables first."""


class MemberTables:
    """The storage of the tables with personal data."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def get_size(self, table: Table) -> int:
        """Return the bytes of a table with its indexes and TOAST values."""
        query = select(func.pg_total_relation_size(table.name))
        return int((await self._uow.connection.execute(query)).scalar_one())

    async def rewrite_batch(self, table: Table, *, after: UUID = _FIRST) -> UUID | None:
        """Rewrite the next rows unchanged, in the order of their random ids.

        So `xmin`, the transaction that wrote a row last, does not reveal when a member changed it.
        Return the last id, None at the end.
        """
        key = _key(table)
        chosen = select(key).where(key > bindparam("after")).order_by(key).limit(BATCH).cte()
        written = await self._uow.connection.execute(
            update(table)
            .where(key.in_(select(chosen.c[0])))
            .values(_unchanged(table))
            .returning(key),
            {"after": after},
        )
        return max(written.scalars(), default=None)

    async def cluster(self, table: Table) -> None:
        """Rewrite a table's files in the order of its random ids, without deleted rows.

        It locks the table. Raise DatabaseError (55P03) when another transaction holds it: since
        later requests queue behind this lock, it waits for 0.1 s at most.
        """
        name, index = table.name, table.primary_key.name
        await self._uow.connection.execute(text("SET LOCAL lock_timeout = '100ms'"))
        await self._uow.connection.execute(text(f"CLUSTER {name} USING {index}"))


def _key(table: Table) -> Column[UUID]:
    """Return the last column of the primary key, a random id that no two rows share."""
    *_, key = table.primary_key.columns
    return key


def _unchanged(table: Table) -> dict[str, Any]:
    """Return values that change nothing, and yet are stored anew.

    A value that is kept outside of its row (TOAST) stays there with its old number unless it is
    made again: appending nothing does.
    """
    names = [name for name in ("sealed", "wrapped_key") if name in table.columns]
    if not names:
        return {_key(table).name: _key(table)}
    column = table.columns[names[0]]
    return {column.name: column.op("||")(text("''::bytea"))}
