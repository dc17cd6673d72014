"""Publish editions from drawn sums. It needs no personal data and can be repeated."""

from datetime import datetime

from dressform import __version__
from dressform.actions.draw_dataset import list_draws
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.opendata.draws import CombinedDraws, combine
from dressform.opendata.files import build_edition_with_quality
from dressform.opendata.files.edition_info import Publisher
from dressform.opendata.quality import to_json
from dressform.repositories.editions import Edition, EditionFile, Editions


async def publish_dataset(uows: UnitOfWorkFactory, publisher: Publisher) -> list[str]:
    """Publish every year's edition, and that of all years together. Return their names.

    An edition that is published already does not change.
    """
    draws = await list_draws(uows)
    wanted = [combine([draw]) for draw in draws]
    if len(draws) > 1:
        wanted.append(combine(draws))
    for drawn in wanted:
        at = max(draw.at for draw in draws if draw.year in drawn.years)
        await _publish_edition(uows, drawn, at, publisher)
    return [drawn.name for drawn in wanted]


async def _publish_edition(
    uows: UnitOfWorkFactory, drawn: CombinedDraws, at: datetime, publisher: Publisher
) -> None:
    uow = uows.read()
    if drawn.name in {edition.name for edition in await Editions(uow).list_all()}:
        return
    made, quality = build_edition_with_quality(
        drawn, published=at, publisher=publisher, version=__version__
    )
    files = [EditionFile(file.name, file.media_type, file.title, file.content) for file in made]
    async with uows.transaction() as uow:
        edition = Edition(drawn.name, drawn.codebook.name, drawn.count, to_json(quality))
        await Editions(uow).publish(edition, files)
