"""The ledger of retention runs, and the state of each rule."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from dressform.crypto.secrets import timed_id
from dressform.db.statements import Statement, is_any_of
from dressform.db.tables import Account, RetentionRun
from dressform.db.unit_of_work import UnitOfWork
from dressform.policy.account_data import MODEL
from dressform.policy.category import Category
from dressform.policy.notice import CATEGORIES
from dressform.policy.operation_data import VISITOR
from dressform.repositories.expired_rows import TABLES


@dataclass(frozen=True, slots=True)
class RunSummary:
    """The summary of one run of a rule. It does not tell what was deleted."""

    id: UUID
    rule: str
    cutoff_at: datetime
    finished_at: datetime | None
    rows: int | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class RuleStatus:
    """The state of a rule: its oldest row, and when the next row expires."""

    oldest_at: datetime | None
    next_expiry_at: datetime | None


_IS_OF_RULE = is_any_of(RetentionRun.rule, [category.key for category in CATEGORIES])
"""The ledger also has rows of daily jobs that delete nothing. Those say nothing about the clock."""

_LAST_RUN_AT = Statement(
    select(func.max(RetentionRun.finished_at)).where(
        _IS_OF_RULE,
        RetentionRun.expires_at > bindparam("at"),
        # A clock that ran ahead once must not make a dead worker look alive.
        RetentionRun.finished_at <= bindparam("at"),
    )
)


class RetentionRuns:
    """The ledger: which rule was enforced when."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def claim(self, rule: str, slot: datetime) -> UUID | None:
        """Claim a rule's slot. Return None when another worker has it."""
        claimed: UUID | None = await self._uow.connection.scalar(
            insert(RetentionRun)
            .values(
                id=timed_id(),
                rule=rule,
                slot=slot,
                started_at=self._uow.now,
                cutoff_at=self._uow.now,
            )
            .on_conflict_do_nothing(index_elements=["rule", "slot"])
            .returning(RetentionRun.id)
        )
        return claimed

    async def finish(self, run_id: UUID, *, rows: int, seconds: float) -> None:
        """Record the end of a run."""
        await self._uow.connection.execute(
            update(RetentionRun)
            .where(RetentionRun.id == run_id)
            .values(finished_at=self._uow.now, rows=rows, seconds=seconds)
        )

    async def release(self, run_id: UUID) -> None:
        """Release a claim: the rule was not enforced, and the slot may be tried again."""
        await self._uow.connection.execute(delete(RetentionRun).where(RetentionRun.id == run_id))

    async def get_rule_status(self, category: Category) -> RuleStatus:
        """Return the state of a rule, over all rows that are still stored."""
        if category is VISITOR:
            return RuleStatus(None, None)
        table = Account if category is MODEL else TABLES[category.key]
        end = "models_expire_at" if category is MODEL else "expires_at"
        holding = "WHERE EXISTS (SELECT FROM model WHERE account_id = account.id)"
        query = (
            f"SELECT min({category.clock_column_sql}), min({end}) FROM {table.__tablename__} "  # noqa: S608  # nosec B608  # our names
            f"{holding if category is MODEL else ''}"
        )
        row = await self._uow.connection.fetch_one(text(query))
        return RuleStatus(*row)

    async def get_last_run(self, category: Category) -> RunSummary | None:
        """Return the last finished run, ignoring runs dated in the future by a wrong clock."""
        query = (
            select(
                RetentionRun.id,
                RetentionRun.rule,
                RetentionRun.cutoff_at,
                RetentionRun.finished_at,
                RetentionRun.rows,
                RetentionRun.seconds,
            )
            .where(RetentionRun.rule == category.key)
            .where(RetentionRun.finished_at <= self._uow.now)
            .where(RetentionRun.expires_at > self._uow.now)
            .order_by(RetentionRun.slot.desc())
            .limit(1)
        )
        row = await self._uow.connection.fetch_one_or_none(query)
        return None if row is None else RunSummary(*row)

    async def get_last_run_at(self) -> datetime | None:
        """Return when a run of any rule last finished."""
        latest: datetime | None = await self._uow.connection.scalar(
            _LAST_RUN_AT, {"at": self._uow.now}
        )
        return latest

    async def get_last_cutoff(self) -> datetime | None:
        """Return the latest cutoff of any finished run, even if it is in the future."""
        latest: datetime | None = await self._uow.connection.scalar(
            select(func.max(RetentionRun.cutoff_at)).where(
                _IS_OF_RULE, RetentionRun.finished_at.is_not(None)
            )
        )
        return latest

    async def delete_after(self, moment: datetime) -> int:
        """Delete the runs that a wrong clock dated after `moment`. Return how many.

        Otherwise their slots would be taken when they come, and they would expire too late.
        """
        later = delete(RetentionRun).where(RetentionRun.cutoff_at > moment)
        return int((await self._uow.connection.execute(later)).rowcount)

    async def get_database_time(self) -> datetime:
        """Return the time of the database's clock."""
        result = await self._uow.connection.execute(select(func.clock_timestamp()))
        now: datetime = result.scalar_one()
        return now
