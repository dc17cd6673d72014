"""The commands that show the retention rules, and approve a blocked one."""

import asyncio
from typing import Annotated

import typer

from dressform.bootstrap import bootstrap, resolved_settings
from dressform.cli.retention_report import format_reason, show_retention
from dressform.errors import StartupError
from dressform.policy.notice import CATEGORIES
from dressform.repositories.purge_blocks import PurgeBlocks
from dressform.settings.settings import Settings
from dressform.worker.deletion_guard import CLOCK

app = typer.Typer(invoke_without_command=True)

_RULES = (*(category.key for category in CATEGORIES), CLOCK)


@app.callback()
def retention(context: typer.Context) -> None:
    """Show the state of each rule: retention period, oldest row, next expiry, last run, overdue rows.

    Show also which rows are kept longer, and why, and whether the mail server accepts mail.
    """
    if context.invoked_subcommand is None:
        with resolved_settings() as settings:
            asyncio.run(show_retention(settings))


@app.command()
def approve(
    rule: Annotated[
        str | None, typer.Argument(help="Approve only this blocked rule, or `clock`.")
    ] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Without asking.")] = False,
) -> None:
    """Approve a blocked deletion: for one day, and only for the rows that are shown."""
    if rule not in (None, *_RULES):
        raise StartupError(f"There is no rule {rule}: they are {', '.join(_RULES)}.")
    with resolved_settings() as settings:
        asyncio.run(_approve(settings, rule, yes=yes))


async def _approve(settings: Settings, rule: str | None, *, yes: bool) -> None:
    async with bootstrap(settings) as (uows, _):
        uow = uows.read()
        blocks = [
            block for block in await PurgeBlocks(uow).list_all() if rule in (None, block.rule)
        ]
        if not blocks:
            typer.echo(f"{rule} is not blocked." if rule else "No rule is blocked.")
        for block in blocks:
            typer.echo(f"{block.rule}: {format_reason(block)}.")
            if not yes and not typer.confirm("Is that right, and may the runs go on?"):
                continue
            async with uows.transaction() as uow:
                approved = await PurgeBlocks(uow).approve(block)
            if not approved:
                raise StartupError(
                    f"{block.rule} is not approved: it changed while you looked. Run the same again."
                )
            typer.echo(f"{block.rule} is approved: the next run goes on.")
