"""What accounts give, added up, and the mark that each gave: both of the same accounts, always.

Bodies are read a few at a time, before anything is written. Whoever withdrew, left or was restricted
meanwhile is not marked; a part of which somebody was not is added up anew.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from dressform.crypto.vault import Vault
from dressform.database import Unit, Units
from dressform.opendata.codebook import Codebook
from dressform.opendata.summing import Summing
from dressform.opendata.sums import Sums
from dressform.opendata.years import day_of
from dressform.repositories.contributions import BATCH, Contributions
from dressform.repositories.sealed_contributions import Contribution, Page, Rows, opened
from dressform.rests import piece

log = logging.getLogger(__name__)

PART = 500
"""Accounts whose sums are kept together until they are marked: of fewer, it would be more sums."""
_OPENED = 10
"""Bodies at a time: some quarter of a millisecond, for which nobody waits that can be seen."""


@dataclass(frozen=True, slots=True)
class Part:
    """The exact sums of some accounts, and whose they are: not noisy yet, so seen by nobody."""

    account_ids: Sequence[UUID]
    model_ids: Sequence[UUID]
    sums: Sums

    def __add__(self, other: "Part") -> "Part":
        return Part(
            [*self.account_ids, *other.account_ids],
            [*self.model_ids, *other.model_ids],
            self.sums + other.sums,
        )


async def read_contributions(units: Units, year: int, codebook: Codebook) -> list[Part]:
    """In parts of some hundred, so that a million bodies are never held at once."""
    summing, none = Summing(codebook), Part([], [], Sums.none(codebook))
    parts, part, last, unreadable = list[Part](), none, None, 0
    while True:
        with piece():
            async with units.reading() as unit:
                contributions = Contributions(unit, before=day_of(year))
                batch = await contributions.batch(after=last)
                rows = await contributions.sealed(batch)
        pages = list(_opened(rows, units.vault))
        unreadable += sum(page.unreadable for page in pages)
        with piece():
            part += _part(summing, [each for page in pages for each in page.contributions])
        if not batch:
            break
        if len(part.account_ids) >= PART:
            parts.append(part)
            part = none
        last = batch[-1]
    if unreadable:
        log.error("models that do not open were left out and not marked: see `dressform keys`")
    return [*parts, part]


def _opened(rows: Rows, vault: Vault) -> Iterator[Page]:
    for begun in range(0, len(rows), _OPENED):
        with piece():
            yield opened(rows[begun : begun + _OPENED], vault)


async def take_contributions(
    unit: Unit, parts: Sequence[Part], year: int, codebook: Codebook
) -> Sums:
    """The exact sums of just those whom it marks: noise and storing belong in the same transaction."""
    taking = _Taking(unit, year, codebook)
    marked = [await taking.marked(part) for part in parts]
    total = Sums.none(codebook)
    for part in marked:
        total += (await taking.still_giving(part)).sums
    return total


class _Taking:
    def __init__(self, unit: Unit, year: int, codebook: Codebook) -> None:
        self._contributions = Contributions(unit, before=day_of(year))
        self._vault = unit.vault
        self._year = year
        self._summing = Summing(codebook)

    async def marked(self, part: Part) -> Part:
        marked = list[UUID]()
        for begun in range(0, len(part.account_ids), BATCH):
            some = slice(begun, begun + BATCH)
            with piece():
                marked += await self._contributions.mark_drawn(
                    part.account_ids[some], part.model_ids[some], self._year
                )
        return part if len(marked) == len(part.account_ids) else await self._anew(marked, marked)

    async def still_giving(self, part: Part) -> Part:
        """Once more after all are marked: a restriction doesn't touch the consent that a mark holds."""
        with piece():
            gone = await self._contributions.no_longer_giving(part.account_ids, part.model_ids)
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
