"""The table of draws and editions that `dressform dataset` prints."""

import typer

from dressform.bootstrap import bootstrap
from dressform.repositories.draws import Draws, StoredDraw
from dressform.repositories.editions import Editions
from dressform.repositories.operators import Operators
from dressform.settings.settings import Settings

_LINE = "{:<6} {:<12} {:<9} {:<9} {:<20} {:<20} {}"
_UNKNOWN = "-"
"""Printed for an operator whose account is gone, or whom a restored draw does not name."""


async def show_dataset(settings: Settings) -> None:
    """Print one line per draw, and the names of the published editions."""
    async with bootstrap(settings) as (uows, _):
        uow = uows.read()
        draws = await Draws(uow).list_all()
        editions = await Editions(uow).list_all()
        involved = {each for draw in draws for each in (draw.proposed_by, draw.approved_by) if each}
        names = await Operators(uow).get_usernames(involved)
    typer.echo(_LINE.format("year", "state", "people", "codebook", "proposed", "by", "approved by"))
    for draw in draws:
        people = "" if draw.count is None else f"~{max(draw.count, 0)}"
        proposed = f"{draw.proposed_at:%Y-%m-%d}"
        approved = None if draw.restored_at else draw.approved_by
        by, approved_by = (
            names.get(each, _UNKNOWN) if each else _UNKNOWN for each in (draw.proposed_by, approved)
        )
        columns = people, draw.codebook or "", proposed, by, approved_by
        typer.echo(_LINE.format(draw.year, _format_state(draw), *columns))
    published = ", ".join(edition.name for edition in editions)
    typer.echo(f"\nPublished: {published or 'nothing yet'}.")


def _format_state(draw: StoredDraw) -> str:
    if draw.had_too_few:
        return "too few"
    if draw.statistics is not None:
        return "restored" if draw.restored_at else "drawn"
    return "proposed" if draw.count is None else "interrupted"
