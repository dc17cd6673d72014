"""Restore a draw that a restored database does not know, from its published edition."""

from collections.abc import Mapping
from uuid import UUID

from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.errors import StartupError
from dressform.opendata import raw
from dressform.opendata.draws import Draw
from dressform.opendata.files.parse_edition import REQUIRED_FILES, parse_edition
from dressform.opendata.receipts import Receipt, Receipts
from dressform.opendata.years import draw_date
from dressform.repositories.contributions import Contributions
from dressform.repositories.draws import Draws


def read_edition(files: Mapping[str, bytes]) -> Draw:
    """Parse the files of a year's edition, by name. Raise StartupError for other files."""
    if missing := [name for name in REQUIRED_FILES if name not in files]:
        raise StartupError(f"There is no {missing[0]}: give the folder of an edition's files.")
    try:
        return parse_edition(files)
    except (ValueError, KeyError, TypeError) as error:
        raise StartupError(
            f"This is no edition of one year as it was published: {error}."
        ) from None


async def restore_dataset(
    uows: UnitOfWorkFactory, receipts: Receipts, operator_id: UUID, draw: Draw
) -> None:
    """Store a published draw, so that no account that may have been in it is drawn again.

    One operator suffices, as it can only exclude people from later draws. Raise StartupError for a
    draw that does not match its receipt, or that is known already.
    """
    receipt = Receipt.from_draw(draw)
    if any(
        each.year == draw.year and each.sha256 != receipt.sha256 for each in receipts.list_all()
    ):
        raise StartupError(f"These files are not of the draw that was made in {draw.year}.")
    async with uows.transaction() as uow:
        await _write_draw(uow, draw, operator_id)
    receipts.save(receipt)


async def _write_draw(uow: UnitOfWork, draw: Draw, operator_id: UUID) -> None:
    statistics = raw.serialize(draw.sums)
    known = await Draws(uow).get_for_update(draw.year)
    if known is not None and known.statistics == statistics:
        raise StartupError(
            f"The draw of {draw.year} is known already: there is nothing to restore."
        )
    await Draws(uow).restore(
        draw.year,
        by=operator_id,
        count=draw.count,
        codebook=draw.codebook.key,
        flags=draw.flags,
        statistics=statistics,
        drawn_at=draw.at,
    )
    contributions = Contributions(uow, before=draw_date(draw.year))
    async for batch in contributions.list_batches():
        await contributions.mark_all(batch, draw.year)
