"""The expired rows of each category, and their deletion."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    delete,
    func,
    or_,
    select,
)
from sqlalchemy.sql.dml import ReturningDelete

from dressform.db.tables import (
    Account,
    AttemptCount,
    AuditLogEntry,
    ConfirmedLink,
    FormerUsername,
    ImportedAccount,
    Mail,
    Model,
    OneTimeToken,
    RetentionRun,
    Session,
    SignUp,
)
from dressform.db.unit_of_work import UnitOfWork
from dressform.journal.entries import Deletion, DeletionKind
from dressform.policy import account_data
from dressform.policy.account_data import FORMER_USERNAME, IMPORTED_ACCOUNT, MODEL, PROFILE
from dressform.policy.category import Category
from dressform.policy.operation_data import LOOKUP, RETENTION_RUN
from dressform.policy.periods import start_of_day
from dressform.policy.sign_in_data import (
    ATTEMPT,
    CONFIRMED_LINK,
    MAIL,
    ONE_TIME_TOKEN,
    SESSION,
    SIGN_UP,
)
from dressform.repositories.former_usernames import delete_and_hold_names
from dressform.repositories.quarantine import Quarantine

BATCH = 50
"""Rows per transaction. It takes a few milliseconds, so that no request waits long for its locks."""
MIN_NOTICE = account_data.MIN_NOTICE.length
MAX_GRACE_PERIOD = account_data.MAX_GRACE_PERIOD.length

TABLES: dict[str, Any] = {
    PROFILE.key: Account,
    FORMER_USERNAME.key: FormerUsername,
    IMPORTED_ACCOUNT.key: ImportedAccount,
    MODEL.key: Model,
    SIGN_UP.key: SignUp,
    CONFIRMED_LINK.key: ConfirmedLink,
    SESSION.key: Session,
    ONE_TIME_TOKEN.key: OneTimeToken,
    MAIL.key: Mail,
    ATTEMPT.key: AttemptCount,
    LOOKUP.key: AuditLogEntry,
    RETENTION_RUN.key: RetentionRun,
}
"""The tables whose rows are deleted one by one. The access log is dropped by partitions."""

_JOURNALED = {PROFILE.key: DeletionKind.ACCOUNT, MODEL.key: DeletionKind.MODEL}
"""The kinds that the deletion journal records, so that a restored database can't bring them back."""


def is_deletable(
    end: SQLColumnExpression[datetime], at: datetime | ColumnElement[datetime]
) -> ColumnElement[bool]:
    """Return the condition that an account, or its models, expired at `end` and may be deleted.

    Either its owner was warned MIN_NOTICE before, or no warning was possible for MAX_GRACE_PERIOD.
    """
    # Never null, so that its negation is a valid condition too.
    warned = func.coalesce(Account.warned_at <= at - MIN_NOTICE, False)
    return and_(end <= at, or_(warned, end <= at - MAX_GRACE_PERIOD))


class ExpiredRows:
    """The rows of one category whose retention period is over."""

    def __init__(self, uow: UnitOfWork, category: Category) -> None:
        self._uow = uow
        self._category = category
        self._table = TABLES[category.key]
        self._expiry: SQLColumnExpression[datetime] = (
            Account.models_expire_at if category is MODEL else self._table.expires_at
        )

    async def count(self) -> int:
        """Return the number of all rows, expired or not."""
        return await self._fetch_count(select(func.count()).select_from(self._table))

    async def count_deletable(self) -> int:
        """Return how many rows a run would delete now."""
        return await self._fetch_count(
            select(func.count()).select_from(self._select_deletable().subquery())
        )

    async def list_ids(self, *, limit: int = BATCH) -> list[UUID]:
        """Return the ids of deletable rows, earliest expiry first."""
        return list(await self._uow.connection.scalars(self._select_deletable().limit(limit)))

    async def delete_batch(self, *, limit: int = BATCH) -> int:
        """Delete up to `limit` rows that no other transaction has locked. Return how many.

        The condition is repeated in the DELETE, so that a login in the meantime keeps the account.
        """
        chosen = (
            self._select_deletable()
            .limit(limit)
            .with_for_update(of=self._locked_tables, skip_locked=True)
        )
        return await self._delete(chosen)

    async def delete_one(self, row_id: UUID) -> int:
        """Delete a row. Return 1, or 0 when it is no longer deletable, or locked."""
        chosen = (
            self._select_deletable()
            .where(self._table.id == row_id)
            .with_for_update(of=self._locked_tables, skip_locked=True)
        )
        return await self._delete(chosen)

    @property
    def _locked_tables(self) -> list[Any]:
        # The account of a model too, so that a concurrent login wins.
        return [Model, Account] if self._category is MODEL else [self._table]

    def _select_deletable(self) -> Select[UUID]:
        found = select(self._table.id)
        if self._category is MODEL:
            found = found.join(Account, Account.id == Model.account_id)
        spared = Quarantine(self._uow).not_quarantined(self._category.key, self._table.id)
        return found.where(*self._conditions(), spared).order_by(self._expiry)

    def _conditions(self) -> list[ColumnElement[bool]]:
        if self._category in (PROFILE, MODEL):
            return [is_deletable(self._expiry, self._uow.now)]
        return [self._expiry <= self._uow.now]

    async def _delete(self, due: Select[UUID]) -> int:
        # A CTE is evaluated once; a subquery may be evaluated again, which exceeds the limit.
        chosen = due.cte("chosen")
        command = delete(self._table).where(self._table.id.in_(select(chosen.c[0])))
        if self._category is not MODEL:
            command = command.where(*self._conditions())
        returning = command.returning(self._table.id)
        gone = await self._execute(returning)
        if kind := _JOURNALED.get(self._category.key):
            self._uow.deletions.extend(Deletion(kind, each) for each in gone)
        return len(gone)

    async def _execute(self, command: ReturningDelete[UUID]) -> Sequence[UUID]:
        if self._category is not PROFILE:
            return (await self._uow.connection.scalars(command)).all()
        held = delete_and_hold_names(command)
        released_at = {"released_at": start_of_day(self._uow.now)}
        return (await self._uow.connection.scalars(held, released_at)).all()

    async def _fetch_count(self, query: Select[int]) -> int:
        return int((await self._uow.connection.execute(query)).scalar_one())
