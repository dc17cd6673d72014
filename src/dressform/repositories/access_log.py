"""The access log: search it, and copy spooled lines into it."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from sqlalchemy import Select, bindparam, delete, text, update
from sqlalchemy.dialects.postgresql import insert

from dressform.db.errors import ConstraintError, DatabaseError, StatementTimeout
from dressform.db.sqlstates import DATA_EXCEPTION_CLASS
from dressform.db.statements import Statement
from dressform.db.tables.access_log import AccessLog as Row
from dressform.db.tables.access_log import SpoolOffset
from dressform.db.tables.base import has_statistics
from dressform.db.unit_of_work import TransactionalUnitOfWork
from dressform.errors import FieldError, SearchTooBroad
from dressform.repositories.access_log_query import (
    AccessLogEntry,
    AccessLogFilter,
    PageKey,
    build_query,
    id_time_range,
)

COLUMNS = ("at", "address", "method", "route", "status", "duration_us", "request_id")
"""The fields of a line of the spool, in the text format of COPY."""

SET_LOG_ROLE = Statement(text("SET LOCAL ROLE dressform_log"))

DISABLE_STATISTICS = ", ".join(
    f"ALTER COLUMN {column.name} SET STATISTICS 0"
    for column in Row.__table__.columns
    if not has_statistics(column)
)
"""The ALTER TABLE actions for a new partition, which does not inherit the statistics targets."""


# A generic plan misestimates how many rows the values match, and takes three times as long.
_SETTINGS = Statement(
    text(
        "SELECT set_config('statement_timeout', '8s', true), "
        "set_config('plan_cache_mode', 'force_custom_plan', true)"
    )
)


_NEW_OFFSET = insert(SpoolOffset).values(shipped=0)
# Insert the row before the first block too: the commit of a dead process may still be in progress.
_LOCK_OFFSET = Statement(
    _NEW_OFFSET.on_conflict_do_update(
        index_elements=["spool"], set_={"shipped": SpoolOffset.shipped}
    ).returning(SpoolOffset.shipped),
    "spool",
    "shipped",
)
_SET_OFFSET = Statement(update(SpoolOffset).where(SpoolOffset.spool == bindparam("id")), "shipped")


class AccessLogEntries:
    """The rows of the access log, which hold the visitors' IP addresses.

    They belong to the database role `dressform_log`, which the service must assume to read them.
    After that the transaction can access no other table.
    """

    def __init__(self, uow: TransactionalUnitOfWork) -> None:
        self._uow = uow

    @classmethod
    async def assume_role(cls, uow: TransactionalUnitOfWork) -> Self:
        """Assume the role of the access log until the transaction ends."""
        await uow.connection.execute(SET_LOG_ROLE)
        return cls(uow)

    async def search(
        self, criteria: AccessLogFilter, *, limit: int, before: PageKey | None = None
    ) -> list[AccessLogEntry]:
        """Return the latest matching rows, before the key of a page if there is one.

        Raise SearchTooBroad when the search runs into its timeout. A UUIDv7 contains its time: a
        request id is searched around that time first, then everywhere.
        """
        await self._uow.connection.execute(_SETTINGS)
        query = build_query(criteria, before, self._uow.now).limit(limit)
        near = id_time_range(criteria.request_id)
        found = await self._fetch(query.where(Row.at.between(*near))) if near else []
        return found or await self._fetch(query)

    async def _fetch(self, query: Select[*tuple[Any, ...]]) -> list[AccessLogEntry]:
        try:
            return [AccessLogEntry(*row) for row in await self._uow.connection.execute(query)]
        except StatementTimeout:
            raise SearchTooBroad(
                FieldError("query/since", "must be later, so that less is searched")
            ) from None

    async def lock_offset(self, spool: str) -> int:
        """Return the byte up to which the spool is in the log. Lock it for the transaction."""
        shipped: int = await self._uow.connection.scalar(_LOCK_OFFSET, {"spool": spool})
        return shipped

    async def copy(self, spool: str, lines: bytes, *, shipped: int) -> None:
        """Copy whole lines into the log, and set the offset of their spool.

        Raise PartitionMissingError when the day of a line has no partition, and ValueError for
        lines that the table refuses.
        """
        try:
            await self._uow.connection.copy(Row.__tablename__, lines, columns=COLUMNS)
        except ConstraintError:
            raise PartitionMissingError(_parse_days(lines)) from None
        except DatabaseError as error:
            if error.sqlstate.startswith(DATA_EXCEPTION_CLASS):
                raise ValueError from None  # The error's text would contain an address.
            raise
        await self._uow.connection.execute(_SET_OFFSET, {"id": spool, "shipped": shipped})

    async def delete_offset(self, spool: str) -> None:
        """Delete the offset of a spool."""
        await self._uow.connection.execute(delete(SpoolOffset).where(SpoolOffset.spool == spool))


@dataclass(eq=False)
class PartitionMissingError(Exception):
    """At least one of these days has no partition."""

    days: set[date]


def _parse_days(lines: bytes) -> set[date]:
    """Return the days of the lines. Each line begins with its time in ISO 8601 and UTC."""
    return {date.fromisoformat(line[:10].decode()) for line in lines.splitlines()}
