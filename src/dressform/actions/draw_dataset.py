"""A year's draw of the open dataset: proposed by one operator, carried out as another approves."""

import logging
from collections.abc import Callable
from uuid import UUID

from dressform.database import Units
from dressform.errors import StartupError
from dressform.opendata import raw
from dressform.opendata.codebook import CODEBOOKS, CORE, FULL, Codebook
from dressform.opendata.draws import Draw
from dressform.opendata.noise import noisy, noisy_count
from dressform.opendata.summing import Summing
from dressform.opendata.sums import Sums
from dressform.opendata.years import day_of
from dressform.repositories.contributions import Contributions
from dressform.repositories.draws import Draws, StoredDraw

log = logging.getLogger(__name__)

Progress = Callable[[float], None]
"""How much is done, 0 to 1: of the noisy count, as the true one is nobody's business."""


async def propose_dataset(units: Units, operator_id: UUID) -> int:
    """The year that it is proposed for. Raises StartupError when its chance is over."""
    async with units.writing() as unit:
        year = unit.at.year
        found = await Draws(unit).locked(year)
        if found is not None and found.count is not None:
            raise StartupError(_over(found))
        await Draws(unit).propose(year, operator_id)
    return year


async def draw_dataset(units: Units, operator_id: UUID, progress: Progress) -> Draw | None:
    """What was drawn this year, now or before it was interrupted; None when too few agreed.

    What is counted or drawn is written in the transaction that marks the accounts, so that no crash
    lets anyone's budget be spent twice: noise that was not written has been seen by nobody. Raises
    StartupError when there is nothing to approve, or not yet, or not by this operator.
    """
    counted = await _counted(units, operator_id)
    if counted.codebook is None:
        return None
    codebook = CODEBOOKS[counted.codebook]
    if counted.statistics is None:
        exact, given = await _summed(units, counted, codebook, progress)
        await _kept(units, counted.year, noisy(codebook, exact), given)
    return await _drawn(units, counted.year)


async def drawn_so_far(units: Units) -> list[Draw]:
    """Every year's, in their order."""
    async with units.reading() as unit:
        return [_read(draw) for draw in await Draws(unit).all() if draw.statistics is not None]


async def _counted(units: Units, operator_id: UUID) -> StoredDraw:
    async with units.writing() as unit:
        draws, year = Draws(unit), unit.at.year
        found = await draws.locked(year)
        if found is None or (found.count is None and found.proposed_by is None):
            raise StartupError(
                f"Nothing is proposed for {year}: `dressform dataset propose` first."
            )
        if found.count is None:
            if unit.at < day_of(year):
                raise StartupError(f"The draw of {year} is on {day_of(year):%-d %B}, not before.")
            if found.proposed_by == operator_id:
                raise StartupError(
                    "It takes two: another operator has to approve what you proposed."
                )
            count = noisy_count(await _count_in(Contributions(unit), year))
            codebook = _codebook(count)
            await draws.counted(
                year, by=operator_id, count=count, codebook=codebook.name if codebook else None
            )
            found = await draws.locked(year)
            assert found is not None
    return found


async def _count_in(contributions: Contributions, year: int) -> int:
    count, last = await contributions.count_in(before=day_of(year), after=None)
    everyone = count
    while last is not None:
        count, last = await contributions.count_in(before=day_of(year), after=last)
        everyone += count
    return everyone


def _codebook(count: int) -> Codebook | None:
    """The richest that so many allow."""
    return next((book for book in (FULL, CORE) if count >= book.gate), None)


async def _summed(
    units: Units, counted: StoredDraw, codebook: Codebook, progress: Progress
) -> tuple[Sums, list[UUID]]:
    """A page at a time, so that it takes no more memory for a million than for thousands."""
    summing, given, last, unreadable = Summing(codebook), list[UUID](), None, 0
    while True:
        async with units.reading() as unit:
            page = await Contributions(unit).page(before=day_of(counted.year), after=last)
        if page.last is None:
            break
        summing.add((each.breasts, each.measurements) for each in page.contributions)
        given += [each.account_id for each in page.contributions]
        last, unreadable = page.last, unreadable + page.unreadable
        progress(len(given) / max(counted.count or 0, 1))
    if unreadable:
        log.error("models that do not open were left out and not marked: see `dressform keys`")
    return summing.sums, given


async def _kept(units: Units, year: int, drawn: Sums, given: list[UUID]) -> None:
    async with units.writing() as unit:
        found = await Draws(unit).locked(year)
        if found is None or found.statistics is not None:
            return  # Somebody else was faster; this noise is forgotten.
        await Contributions(unit).mark_drawn(given, year)
        await Draws(unit).drawn(year, raw.kept(drawn))


async def _drawn(units: Units, year: int) -> Draw:
    return next(draw for draw in await drawn_so_far(units) if draw.year == year)


def _read(stored: StoredDraw) -> Draw:
    assert stored.codebook is not None
    assert stored.statistics is not None
    assert stored.count is not None
    assert stored.drawn_at is not None
    codebook, drawn = CODEBOOKS[stored.codebook], raw.read(stored.statistics)
    return Draw(stored.year, codebook, drawn, stored.count, stored.drawn_at)


def _over(draw: StoredDraw) -> str:
    if draw.had_too_few:
        return f"Too few had agreed in {draw.year}; the next chance is in {draw.year + 1}."
    return f"The draw of {draw.year} is approved already."
