"""The counts of attempts, which all processes share.

The windows of a limit slide: of those in the previous window as many count as the share of it that
still lies within a window's length from now, rounded down. So only the hour of an attempt is stored.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, TIMESTAMP, Integer, Uuid, bindparam, delete, text

from dressform.db.statements import Row, Statement, is_any_of
from dressform.db.tables import AttemptCount
from dressform.db.unit_of_work import UnitOfWork
from dressform.policy.periods import start_of_day, start_of_hour
from dressform.repositories.rate_limits import Budget, RateLimit

_IDS = bindparam("ids", type_=ARRAY(Uuid))
# Nothing is counted unless all budgets have room. Rows are locked in the order of their ids, and by
# this statement alone.
_TAKE = Statement(
    text("""
    WITH wanted AS MATERIALIZED (
        SELECT budget.id, budget.hour, budget.max, coalesce(current.number, 0) AS number,
            coalesce(previous.number, 0) AS previous,
            (coalesce(previous.number, 0) * budget.seconds_left - 1) / budget.seconds AS carried
        FROM unnest(:ids, :previous_ids, :hours, :maxima, :seconds, :seconds_left)
            AS budget (id, previous_id, hour, max, seconds, seconds_left)
        LEFT JOIN attempt_count AS current ON current.id = budget.id
        LEFT JOIN attempt_count AS previous ON previous.id = budget.previous_id
    ), counted AS (
        INSERT INTO attempt_count AS stored (id, hour, number)
        SELECT id, hour, 1 FROM wanted
        WHERE NOT EXISTS (SELECT FROM wanted WHERE number + carried >= max) ORDER BY id
        ON CONFLICT (id) DO UPDATE SET number = stored.number + 1
        WHERE stored.number < (SELECT max - carried FROM wanted WHERE wanted.id = stored.id)
        RETURNING id, number
    )
    SELECT wanted.id, wanted.previous, wanted.carried, wanted.number, counted.number AS counted
    FROM wanted LEFT JOIN counted USING (id)
    """).bindparams(
        _IDS,
        bindparam("previous_ids", type_=ARRAY(Uuid)),
        bindparam("hours", type_=ARRAY(TIMESTAMP(timezone=True))),
        *(bindparam(name, type_=ARRAY(Integer)) for name in ("maxima", "seconds", "seconds_left")),
    )
)
# A count of zero would tell that somebody was here.
_GIVE_BACK = Statement(
    text("""
    MERGE INTO attempt_count AS stored USING (VALUES (:id)) AS given (id) ON stored.id = given.id
    WHEN MATCHED AND stored.number > 1 THEN UPDATE SET number = stored.number - 1
    WHEN MATCHED THEN DELETE
    """).bindparams(bindparam("id", type_=Uuid))
)
_CLEAR = Statement(delete(AttemptCount).where(is_any_of(AttemptCount.id, _IDS)))


@dataclass(frozen=True, slots=True)
class Usage:
    """The rest of a budget after an attempt, and the seconds until there is more."""

    budget: Budget
    is_full: bool
    remaining: int
    seconds_until_more: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt, which is counted in each of its budgets, or in none because one is full."""

    ids: Sequence[UUID]
    usages: Sequence[Usage]

    @property
    def fullest(self) -> Usage | None:
        """Return the full budget with the longest wait, or None when the attempt is counted."""
        full = [usage for usage in self.usages if usage.is_full]
        return max(full, key=lambda usage: usage.seconds_until_more, default=None)


class AttemptCounts:
    """The counts of attempts at targets, in the present window of each limit and the one before."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._keys = uow.keyrings.attempts

    async def take(self, *budgets: Budget) -> Attempt:
        """Count an attempt in all of these budgets, or in none of them when one is full."""
        ids = [self._id(budget) for budget in budgets]
        found = await self._uow.connection.fetch_all(
            _TAKE,
            {
                "ids": ids,
                "previous_ids": [self._id(budget, ago=1) for budget in budgets],
                "hours": [start_of_hour(self._start(budget)) for budget in budgets],
                "maxima": [budget.limit.max for budget in budgets],
                "seconds": [_seconds(budget) for budget in budgets],
                "seconds_left": [self._seconds_left(budget) for budget in budgets],
            },
        )
        rows = {row.id: row for row in found}
        limits = dict(zip(ids, (budget.limit for budget in budgets), strict=True))
        full = {each for each in ids if _is_full(rows[each], limits[each])}
        if not full:
            # Another attempt may have taken the last place since the statement began.
            full = {each for each in ids if rows[each].counted is None}
        usages = [
            self._measure(budget, rows[each], is_full=each in full)
            for budget, each in zip(budgets, ids, strict=True)
        ]
        if full:
            counted = [each for each in ids if rows[each].counted is not None]
            await self.give_back(Attempt(counted, ()))
        return Attempt(ids, usages)

    async def give_back(self, attempt: Attempt) -> None:
        """Take an attempt back from the budgets in which it was counted."""
        for each in attempt.ids:  # One by one, so that none waits with the lock of another.
            await self._uow.connection.execute(_GIVE_BACK, {"id": each})

    async def clear(self, *budgets: Budget) -> None:
        """Forget all attempts in these budgets."""
        ids = {self._id(budget, ago=ago) for budget in budgets for ago in (0, 1)}
        await self._uow.connection.execute(_CLEAR, {"ids": sorted(ids)})

    def _measure(self, budget: Budget, row: Row, *, is_full: bool) -> Usage:
        limit, left = budget.limit, self._seconds_left(budget)
        number = row.number if row.counted is None else row.counted
        wait = self._wait(budget, max(number, limit.max - row.carried), row.previous)
        remaining = max(limit.max - number - row.carried, 0)
        return Usage(budget, is_full, remaining, wait if is_full else left)

    def _wait(self, budget: Budget, number: int, previous: int) -> int:
        """Return the seconds until there is room for one attempt more."""
        limit, seconds, left = budget.limit, _seconds(budget), self._seconds_left(budget)
        if number < limit.max:
            return max(left - (limit.max - number) * seconds // previous, 1)
        return left + max(seconds - limit.max * seconds // number, 0)

    def _id(self, budget: Budget, *, ago: int = 0) -> UUID:
        """Return the id of a budget's count in the present window, or in an earlier one."""
        start = self._start(budget) - ago * budget.limit.window
        return self._keys.hash_target(budget.limit.name, start, budget.target)

    def _start(self, budget: Budget) -> datetime:
        now = self._uow.now
        return now - (now - start_of_day(now)) % budget.limit.window

    def _seconds_left(self, budget: Budget) -> int:
        end = self._start(budget) + budget.limit.window
        return math.ceil((end - self._uow.now).total_seconds())


def _is_full(row: Row, limit: RateLimit) -> bool:
    return bool(row.number + row.carried >= limit.max)


def _seconds(budget: Budget) -> int:
    return int(budget.limit.window.total_seconds())
