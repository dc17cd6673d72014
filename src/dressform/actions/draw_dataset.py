"""The yearly draw of the open dataset: one operator proposes it, another approves it."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from uuid import UUID

from dressform.actions.count_contributions import count_contributions, read_flags
from dressform.actions.take_contributions import (
    DrawScope,
    PartialSums,
    read_contributions,
    take_contributions,
)
from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.errors import StartupError
from dressform.opendata import raw
from dressform.opendata.codebook import CODEBOOKS, FLAGS, MIN_FLAG_COUNT, OFFERED, Codebook
from dressform.opendata.draws import Draw
from dressform.opendata.noise import add_noise, add_noise_to_counts
from dressform.opendata.receipts import Receipt, Receipts
from dressform.opendata.years import draw_date
from dressform.repositories.draws import Draws, StoredDraw
from dressform.repositories.operators import Operators


class DrawStep(StrEnum):
    """A step of a draw. There is no finer progress, since it would reveal the number of people."""

    COUNTING = "Counting those who agreed"
    READING = "Adding up what they give"
    MARKING = "Marking who gave, and adding noise"


ProgressCallback = Callable[[DrawStep], None]


async def propose_dataset(uows: UnitOfWorkFactory, operator_id: UUID) -> int:
    """Propose the draw of this year and return the year. Repeating it changes nothing.

    Raise StartupError when the draw is closed, or when another operator's proposal is pending.
    """
    async with uows.transaction() as uow:
        draws, year = Draws(uow), uow.now.year
        found = await draws.get_for_update(year)
        if found is not None and not await _can_replace_proposal(uow, found, operator_id):
            return year
        proposer = found.proposed_by if found else None
        if not await draws.propose(year, operator_id, instead_of=proposer):
            raise StartupError(_pending_message(year))
    return year


async def draw_dataset(
    uows: UnitOfWorkFactory, receipts: Receipts, operator_id: UUID, on_progress: ProgressCallback
) -> Draw | None:
    """Carry out this year's draw, or finish an interrupted one. Return None if too few agreed.

    Counts and sums are stored in the transaction that marks the accounts, so that no crash spends a
    privacy budget twice: noise that was not stored was never seen. Raise StartupError when there is
    nothing to approve, when it is too early, for the proposing operator, and when the database was
    restored from before a draw. Nothing is returned before its receipt is on the disk.
    """
    _check_receipts(receipts, await list_draws(uows))
    counted = await _count_contributors(uows, operator_id, on_progress)
    if counted.codebook is None:
        return None
    if counted.statistics is None:
        scope = DrawScope(CODEBOOKS[counted.codebook], counted.flags)
        on_progress(DrawStep.READING)
        parts = await read_contributions(uows, counted.year, scope)
        on_progress(DrawStep.MARKING)
        await _store_sums(uows, counted.year, scope, parts)
    draws = await list_draws(uows)
    for draw in draws:
        receipts.save(Receipt.from_draw(draw))
    return next(draw for draw in draws if draw.year == counted.year)


async def list_draws(uows: UnitOfWorkFactory) -> list[Draw]:
    """Return the draws of all years, in order."""
    uow = uows.read()
    return [
        _parse_draw(draw) for draw in await Draws(uow).list_all() if draw.statistics is not None
    ]


def _check_receipts(receipts: Receipts, draws: Sequence[Draw]) -> None:
    for each in receipts.list_missing_from(draws):
        raise StartupError(
            f"There was a draw on {each.drawn_at:%-d %B %Y} that this database does not know: it was "
            "put back from a backup, and would draw the same people again. First run `dressform "
            f"dataset restore` with the files of the edition of {each.year}."
        )


async def _count_contributors(
    uows: UnitOfWorkFactory, operator_id: UUID, on_progress: ProgressCallback
) -> StoredDraw:
    async with uows.transaction() as uow:
        found, year = await _get_counted(uow, operator_id), uow.now.year
    if found is not None:
        return found
    on_progress(DrawStep.COUNTING)
    batches = await read_flags(uows, year)
    async with uows.transaction() as uow:
        if (found := await _get_counted(uow, operator_id)) is not None:
            return found
        counts = add_noise_to_counts(await count_contributions(uow, batches, uow.now.year))
        draws, codebook, flags = Draws(uow), *_choose_codebook(counts)
        await draws.record_count(
            uow.now.year,
            by=operator_id,
            count=sum(count for flag, count in zip(FLAGS, counts, strict=True) if flag in flags),
            codebook=codebook.key if codebook else None,
            flags=flags,
        )
        found = await draws.get_for_update(uow.now.year)
        assert found is not None
    return found


def _choose_codebook(counts: Sequence[int]) -> tuple[Codebook | None, tuple[str, ...]]:
    """Return the flags that suffice (both if none does) and the largest codebook for them."""
    flags = [flag for flag, count in zip(FLAGS, counts, strict=True) if count >= MIN_FLAG_COUNT]
    everyone = sum(count for count in counts if count >= MIN_FLAG_COUNT)
    codebook = next((book for book in reversed(OFFERED) if everyone >= book.gate), None)
    return codebook, tuple(flags or FLAGS)


async def _get_counted(uow: UnitOfWork, operator_id: UUID) -> StoredDraw | None:
    """Return this year's draw if it is counted. Raise StartupError if it can't be approved."""
    found = await Draws(uow).get_for_update(uow.now.year)
    if found is not None and found.count is not None:
        return found
    await _check_approvable(uow, found, operator_id)
    return None


async def _can_replace_proposal(uow: UnitOfWork, found: StoredDraw, operator_id: UUID) -> bool:
    """Return whether a proposal may be replaced: its proposer is no operator any more."""
    if found.count is not None:
        raise StartupError(_closed_message(found))
    if found.proposed_by is None or not await Operators(uow).contains(found.proposed_by):
        return True
    if found.proposed_by != operator_id:
        raise StartupError(_pending_message(found.year))
    return False


def _pending_message(year: int) -> str:
    return (
        f"Another operator proposed the edition of {year} already: `dressform dataset approve` is "
        "what it waits for."
    )


async def _check_approvable(uow: UnitOfWork, found: StoredDraw | None, operator_id: UUID) -> None:
    year = uow.now.year
    proposer = found.proposed_by if found else None
    if proposer is None:
        raise StartupError(f"Nothing is proposed for {year}: `dressform dataset propose` first.")
    if uow.now < draw_date(year):
        raise StartupError(f"The draw of {year} is on {draw_date(year):%-d %B}, not before.")
    if proposer == operator_id:
        raise StartupError("It takes two: another operator has to approve what you proposed.")
    if not await Operators(uow).contains(proposer):
        raise StartupError(
            "Who proposed it is no operator any more: `dressform dataset propose` once more."
        )


async def _store_sums(
    uows: UnitOfWorkFactory, year: int, scope: DrawScope, parts: Sequence[PartialSums]
) -> None:
    async with uows.transaction() as uow:
        found = await Draws(uow).get_for_update(year)
        if found is None or found.statistics is not None:
            return  # Another process has stored it.
        if uow.now.year != year:
            raise StartupError(f"The year {year} is over, and with it the chance of its draw.")
        exact = await take_contributions(uow, parts, year, scope)
        await Draws(uow).record_statistics(
            year, raw.serialize(add_noise(scope.codebook, exact, scope.flags))
        )


def _parse_draw(stored: StoredDraw) -> Draw:
    assert stored.codebook is not None
    assert stored.statistics is not None
    assert stored.count is not None
    assert stored.drawn_at is not None
    codebook, drawn = CODEBOOKS[stored.codebook], raw.deserialize(stored.statistics)
    return Draw(stored.year, codebook, drawn, stored.count, stored.drawn_at, stored.flags)


def _closed_message(draw: StoredDraw) -> str:
    if draw.had_too_few:
        return f"Too few had agreed in {draw.year}; the next chance is in {draw.year + 1}."
    return f"The draw of {draw.year} is approved already."
