"""What accounts give, added up, and the mark that each gave: both of the same accounts, always.

Bodies are read a page at a time, before anything is written. Whoever withdrew, left or was restricted
meanwhile is not marked; a page of which somebody was not is added up anew.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from dressform.database import Unit, Units
from dressform.opendata.codebook import Codebook
from dressform.opendata.summing import Summing
from dressform.opendata.sums import Sums
from dressform.opendata.years import day_of
from dressform.repositories.contributions import Contributions
from dressform.repositories.sealed_contributions import Contribution, opened
from dressform.rests import Rests

log = logging.getLogger(__name__)

LOOKED_AT = 5
"""Pages at a time, once more after all are marked: it takes a fraction of what marking one takes."""


@dataclass(frozen=True, slots=True)
class Part:
    """The exact sums of some accounts, and whose they are: not noisy yet, so seen by nobody."""

    account_ids: Sequence[UUID]
    model_ids: Sequence[UUID]
    sums: Sums


async def read_contributions(units: Units, year: int, codebook: Codebook) -> list[Part]:
    """A page each, so that a million bodies are never held at once."""
    summing, rests = Summing(codebook), Rests()
    parts, last, unreadable = list[Part](), None, 0
    while True:
        async with rests.piece(), units.reading() as unit:
            contributions = Contributions(unit, before=day_of(year))
            batch = await contributions.batch(after=last)
            rows = await contributions.sealed(batch)
        if not batch:
            break
        page = opened(rows, units.vault)
        parts.append(_part(summing, page.contributions))
        last, unreadable = batch[-1], unreadable + page.unreadable
    if unreadable:
        log.error("models that do not open were left out and not marked: see `dressform keys`")
    return parts


async def take_contributions(
    unit: Unit, parts: Sequence[Part], year: int, codebook: Codebook
) -> Sums:
    """The exact sums of just those whom it marks: noise and storing belong in the same transaction."""
    taking = _Taking(unit, year, codebook)
    marked = [await taking.marked(part) for part in parts]
    total = Sums.none(codebook)
    for begun in range(0, len(marked), LOOKED_AT):
        some = marked[begun : begun + LOOKED_AT]
        gone = await taking.gone_since(some)
        for part in some:
            total += (await taking.without(gone, part)).sums
    return total


class _Taking:
    def __init__(self, unit: Unit, year: int, codebook: Codebook) -> None:
        self._contributions = Contributions(unit, before=day_of(year))
        self._vault = unit.vault
        self._year = year
        self._summing = Summing(codebook)
        self._rests = Rests()

    async def marked(self, part: Part) -> Part:
        async with self._rests.piece():
            marked = await self._contributions.mark_drawn(
                part.account_ids, part.model_ids, self._year
            )
        return part if len(marked) == len(part.account_ids) else await self._anew(marked, marked)

    async def gone_since(self, parts: Sequence[Part]) -> set[UUID]:
        """A restriction does not touch the consent, so that a mark does not hold it off."""
        account_ids = [each for part in parts for each in part.account_ids]
        model_ids = [each for part in parts for each in part.model_ids]
        async with self._rests.piece():
            return await self._contributions.no_longer_giving(account_ids, model_ids)

    async def without(self, gone: Collection[UUID], part: Part) -> Part:
        still = [each for each in part.account_ids if each not in gone]
        if len(still) == len(part.account_ids):
            return part
        return await self._anew(still, part.account_ids)

    async def _anew(self, giving: Sequence[UUID], marked: Sequence[UUID]) -> Part:
        """Of those `giving`; of all others who are `marked` the mark is taken back."""
        rows = await self._contributions.sealed_of(giving)
        part = _part(self._summing, opened(rows, self._vault).contributions)
        await self._contributions.unmark(set(marked) - set(part.account_ids))
        return part


def _part(summing: Summing, given: Sequence[Contribution]) -> Part:
    return Part(
        [each.account_id for each in given],
        [each.model_id for each in given],
        summing.of((each.breasts, each.measurements) for each in given),
    )
