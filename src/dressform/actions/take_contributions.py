"""Add up contributions and mark their accounts as drawn: always exactly the same accounts.

Bodies are read in batches before anything is written. Accounts that withdraw, are deleted or
restricted meanwhile are not marked; the sums of their batch are computed again.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.opendata.codebook import FLAGS, Codebook
from dressform.opendata.sums import SumAccumulator, Sums, get_flag
from dressform.opendata.years import draw_date
from dressform.repositories.contributions import PAUSE_SECONDS, Contributions
from dressform.repositories.sealed_contributions import Contribution, decrypt_contributions

log = logging.getLogger(__name__)

_MARK_BATCH = 100
"""How many accounts one statement marks. Its time grows with the square of this number."""


@dataclass(frozen=True, slots=True)
class DrawScope:
    """The scope of a draw: the measurements of a codebook, and the flags that are included."""

    codebook: Codebook
    flags: Sequence[str] = FLAGS


@dataclass(frozen=True, slots=True)
class PartialSums:
    """The exact sums of some accounts, and their ids. There is no noise yet: never show them."""

    account_ids: Sequence[UUID]
    model_ids: Sequence[UUID]
    sums: Sums


async def read_contributions(
    uows: UnitOfWorkFactory, year: int, scope: DrawScope
) -> list[PartialSums]:
    """Return sums of some hundred accounts each, so that memory stays bounded."""
    adding, parts, last, unreadable = _Summation(scope), list[PartialSums](), None, 0
    while True:
        uow = uows.read()
        contributions = Contributions(uow, before=draw_date(year))
        batch = await contributions.list_batch(after=last)
        rows = await contributions.fetch_counted(batch)
        if not batch:
            break
        page = decrypt_contributions(rows, uows.keyrings)
        parts.append(adding.add_up(page.contributions))
        last, unreadable = batch[-1], unreadable + page.unreadable
        await asyncio.sleep(PAUSE_SECONDS)
    if unreadable:
        log.error("models that do not open were left out and not marked: see `dressform keys`")
    return parts


async def take_contributions(
    uow: UnitOfWork, parts: Sequence[PartialSums], year: int, scope: DrawScope
) -> Sums:
    """Mark the accounts and return their exact sums.

    Noise and storing belong in the same transaction.
    """
    taking = _ContributionTaker(uow, year, scope)
    marked = [await taking.mark(part) for part in parts]
    total = Sums.zeros(scope.codebook)
    for part in marked:
        total += (await taking.recheck(part)).sums
    return total


class _ContributionTaker:
    def __init__(self, uow: UnitOfWork, year: int, scope: DrawScope) -> None:
        self._contributions = Contributions(uow, before=draw_date(year))
        self._vault = uow.keyrings
        self._year = year
        self._adding = _Summation(scope)

    async def mark(self, part: PartialSums) -> PartialSums:
        marked = list[UUID]()
        for start in range(0, len(part.account_ids), _MARK_BATCH):
            some = slice(start, start + _MARK_BATCH)
            marked += await self._contributions.mark_drawn(
                part.account_ids[some], part.model_ids[some], self._year
            )
        await asyncio.sleep(PAUSE_SECONDS)
        return (
            part if len(marked) == len(part.account_ids) else await self._recompute(marked, marked)
        )

    async def recheck(self, part: PartialSums) -> PartialSums:
        """Check again after marking: a restriction does not need the lock of the consent."""
        gone = await self._contributions.list_withdrawn(part.account_ids, part.model_ids)
        await asyncio.sleep(PAUSE_SECONDS)
        still = [each for each in part.account_ids if each not in gone]
        if len(still) == len(part.account_ids):
            return part
        return await self._recompute(still, part.account_ids)

    async def _recompute(self, giving: Sequence[UUID], marked: Sequence[UUID]) -> PartialSums:
        """Sum the accounts `giving`. Unmark all others that are `marked`."""
        rows = await self._contributions.fetch_encrypted(giving)
        part = self._adding.add_up(decrypt_contributions(rows, self._vault).contributions)
        await self._contributions.unmark(set(marked) - set(part.account_ids))
        return part


class _Summation:
    def __init__(self, scope: DrawScope) -> None:
        self._flags = scope.flags
        self._summing = SumAccumulator(scope.codebook)

    def add_up(self, read: Sequence[Contribution]) -> PartialSums:
        """Return the sums of the contributions whose flag is included."""
        given = [each for each in read if get_flag(each.breasts) in self._flags]
        sums = self._summing.sum_bodies((each.breasts, each.measurements) for each in given)
        return PartialSums(
            [each.account_id for each in given], [each.model_id for each in given], sums
        )
