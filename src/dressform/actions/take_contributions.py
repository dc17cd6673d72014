"""What accounts give, added up, and the mark that each gave: both of the same accounts, always.

Bodies are read in batches, before anything is written. Whoever withdrew, left or was restricted
meanwhile is not marked; a part of which somebody was not is added up anew.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.opendata.codebook import FLAGS, Codebook
from dressform.opendata.summing import Summing, flag_of
from dressform.opendata.sums import Sums
from dressform.opendata.years import day_of
from dressform.repositories.contributions import PAUSE_SECONDS, Contributions
from dressform.repositories.sealed_contributions import Contribution, opened

log = logging.getLogger(__name__)

_MARKED = 100
"""Accounts that one statement marks: the time it takes grows with the square of their number."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a draw takes: the measurements of a codebook, of bodies of these flags."""

    codebook: Codebook
    flags: Sequence[str] = FLAGS


@dataclass(frozen=True, slots=True)
class Part:
    """The exact sums of some accounts, and whose they are: not noisy yet, so seen by nobody."""

    account_ids: Sequence[UUID]
    model_ids: Sequence[UUID]
    sums: Sums


async def read_contributions(uows: UnitOfWorkFactory, year: int, taken: Taken) -> list[Part]:
    """In parts of some hundred, so that a million bodies are never held at once."""
    adding, parts, last, unreadable = _Adding(taken), list[Part](), None, 0
    while True:
        uow = uows.read()
        contributions = Contributions(uow, before=day_of(year))
        batch = await contributions.batch(after=last)
        rows = await contributions.sealed(batch)
        if not batch:
            break
        page = opened(rows, uows.vault)
        parts.append(adding.part(page.contributions))
        last, unreadable = batch[-1], unreadable + page.unreadable
        await asyncio.sleep(PAUSE_SECONDS)
    if unreadable:
        log.error("models that do not open were left out and not marked: see `dressform keys`")
    return parts


async def take_contributions(
    uow: UnitOfWork, parts: Sequence[Part], year: int, taken: Taken
) -> Sums:
    """The exact sums of just those whom it marks: noise and storing belong in the same transaction."""
    taking = _Taking(uow, year, taken)
    marked = [await taking.marked(part) for part in parts]
    total = Sums.none(taken.codebook)
    for part in marked:
        total += (await taking.still_giving(part)).sums
    return total


class _Taking:
    def __init__(self, uow: UnitOfWork, year: int, taken: Taken) -> None:
        self._contributions = Contributions(uow, before=day_of(year))
        self._vault = uow.vault
        self._year = year
        self._adding = _Adding(taken)

    async def marked(self, part: Part) -> Part:
        marked = list[UUID]()
        for start in range(0, len(part.account_ids), _MARKED):
            some = slice(start, start + _MARKED)
            marked += await self._contributions.mark_drawn(
                part.account_ids[some], part.model_ids[some], self._year
            )
        await asyncio.sleep(PAUSE_SECONDS)
        return part if len(marked) == len(part.account_ids) else await self._anew(marked, marked)

    async def still_giving(self, part: Part) -> Part:
        """Once more after all are marked: a restriction doesn't touch the consent that a mark holds."""
        gone = await self._contributions.no_longer_giving(part.account_ids, part.model_ids)
        await asyncio.sleep(PAUSE_SECONDS)
        still = [each for each in part.account_ids if each not in gone]
        if len(still) == len(part.account_ids):
            return part
        return await self._anew(still, part.account_ids)

    async def _anew(self, giving: Sequence[UUID], marked: Sequence[UUID]) -> Part:
        """Of those `giving`; of all others who are `marked` the mark is taken back."""
        rows = await self._contributions.sealed_of(giving)
        part = self._adding.part(opened(rows, self._vault).contributions)
        await self._contributions.unmark(set(marked) - set(part.account_ids))
        return part


class _Adding:
    def __init__(self, taken: Taken) -> None:
        self._flags = taken.flags
        self._summing = Summing(taken.codebook)

    def part(self, read: Sequence[Contribution]) -> Part:
        """Return the sums of those of a flag that is taken; of others nothing goes into them."""
        given = [each for each in read if flag_of(each.breasts) in self._flags]
        sums = self._summing.of((each.breasts, each.measurements) for each in given)
        return Part([each.account_id for each in given], [each.model_id for each in given], sums)
