from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute

from dressform.crypto.secrets import new_id
from dressform.database import Unit
from dressform.policy import MAIL, MODEL, PROFILE, ROUND, SESSION, SIGN_UP, TOKEN, Category
from dressform.repositories.access_log import AccessLog
from dressform.tables import Account, Mail, Model, OneTimeToken, RetentionRun, Session, SignUp

BATCH = 500
"""Rows a transaction: small enough that nobody waits for it."""

_ENDING: dict[str, tuple[type, InstrumentedAttribute[UUID]]] = {
    PROFILE.key: (Account, Account.id),
    SIGN_UP.key: (SignUp, SignUp.id),
    SESSION.key: (Session, Session.id),
    TOKEN.key: (OneTimeToken, OneTimeToken.id),
    MAIL.key: (Mail, Mail.id),
    ROUND.key: (RetentionRun, RetentionRun.id),
}


@dataclass(frozen=True, slots=True)
class Run:
    """What is remembered of a rule enforced: never what was removed."""

    id: UUID
    rule: str
    cut_off: datetime
    finished_at: datetime | None
    rows: int | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a rule stands: the oldest thing it looks after, and when the next one ends."""

    oldest_at: datetime | None
    next_ending_at: datetime | None


class Retention:
    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    async def claim(self, category: Category, slot: datetime) -> UUID | None:
        """The right to enforce a rule in a slot; None when another worker has it."""
        claimed = await self._unit.connection.execute(
            insert(RetentionRun)
            .values(
                id=new_id(),
                rule=category.key,
                slot=slot,
                started_at=self._unit.at,
                cut_off=self._unit.at,
            )
            .on_conflict_do_nothing(index_elements=["rule", "slot"])
            .returning(RetentionRun.id)
        )
        return claimed.scalar_one_or_none()

    async def finish(self, run_id: UUID, *, rows: int, seconds: float) -> None:
        await self._unit.connection.execute(
            update(RetentionRun)
            .where(RetentionRun.id == run_id)
            .values(finished_at=self._unit.at, rows=rows, seconds=seconds)
        )

    async def end_batch(self, category: Category, *, limit: int = BATCH) -> int:
        """Remove up to `limit` rows that are past their window; gives how many went.

        The condition stands in the DELETE itself: who logs in meanwhile stays.
        """
        if category is MODEL:
            # The account is locked too: a login under way wins.
            locked = self._due_models(limit).with_for_update(of=[Model, Account], skip_locked=True)
            return await self._delete(Model, Model.id, locked)
        table, key = _ENDING[category.key]
        ends_at: ColumnElement[datetime] = table.ends_at  # type: ignore[attr-defined]
        due = (
            select(key)
            .where(ends_at <= self._unit.at)
            .order_by(ends_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return await self._delete(table, key, due, ends_at <= self._unit.at)

    async def has_due(self, category: Category) -> bool:
        """Whether something past its window is left, be it locked."""
        if category is MODEL:
            due = self._due_models(1)
        else:
            table, key = _ENDING[category.key]
            due = select(key).where(table.ends_at <= self._unit.at).limit(1)  # type: ignore[attr-defined]
        return (await self._unit.connection.execute(due)).one_or_none() is not None

    async def standing(self, category: Category) -> Standing:
        """Over everything that is still in the tables, due or not."""
        if category.key == "visitor":
            oldest = await AccessLog(self._unit).oldest()
            return Standing(oldest, oldest and category.window.after(oldest))
        table = Account if category is MODEL else _ENDING[category.key][0]
        end = "models_end_at" if category is MODEL else "ends_at"
        holding = "WHERE EXISTS (SELECT FROM model WHERE account_id = account.id)"
        query = (
            f"SELECT min({category.since}), min({end}) FROM {table.__tablename__} "  # type: ignore[attr-defined]  # noqa: S608
            f"{holding if category is MODEL else ''}"
        )
        row = (await self._unit.connection.execute(text(query))).one()
        return Standing(*row)

    async def last_run(self, category: Category) -> Run | None:
        """The last one that came to its end."""
        query = (
            select(
                RetentionRun.id,
                RetentionRun.rule,
                RetentionRun.cut_off,
                RetentionRun.finished_at,
                RetentionRun.rows,
                RetentionRun.seconds,
            )
            .where(RetentionRun.rule == category.key, RetentionRun.finished_at.is_not(None))
            .where(RetentionRun.ends_at > self._unit.at)
            .order_by(RetentionRun.slot.desc())
            .limit(1)
        )
        row = (await self._unit.connection.execute(query)).one_or_none()
        return None if row is None else Run(*row)

    async def last_round_at(self) -> datetime | None:
        """When any rule was last enforced to its end."""
        latest = select(func.max(RetentionRun.finished_at)).where(
            RetentionRun.ends_at > self._unit.at,
            # A clock that ran ahead once must not make a dead worker look alive.
            RetentionRun.finished_at <= self._unit.at,
        )
        return (await self._unit.connection.execute(latest)).scalar_one()

    def _due_models(self, limit: int) -> Select[UUID]:
        return (
            select(Model.id)
            .join(Account, Account.id == Model.account_id)
            .where(Account.models_end_at <= self._unit.at)
            .limit(limit)
        )

    async def _delete(
        self,
        table: type,
        key: InstrumentedAttribute[UUID],
        due: Select[UUID],
        *condition: ColumnElement[bool],
    ) -> int:
        # As a CTE it is looked for once; as a subquery the planner may repeat it, over the limit.
        chosen = due.cte("chosen")
        removed = await self._unit.connection.execute(
            delete(table).where(key.in_(select(chosen.c[0])), *condition)
        )
        return removed.rowcount
