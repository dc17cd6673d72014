"""The commands for a restored database: repeat the deletions since the backup."""

import asyncio
from typing import Annotated

import typer

from dressform.actions.check_journal import compare_journal
from dressform.actions.replay_deletions import replay_deletions
from dressform.bootstrap import bootstrap, resolved_settings
from dressform.journal.entries import DeletionKind
from dressform.settings.settings import Settings

app = typer.Typer(no_args_is_help=True, help="After the database was put back from a backup.")

_NAMES = {
    DeletionKind.ACCOUNT: "accounts",
    DeletionKind.MODEL: "models",
    DeletionKind.PICTURE: "pictures",
    DeletionKind.AVATAR: "avatars",
    DeletionKind.CONSENT: "consents",
}


@app.command()
def replay(
    *,
    without_damaged: Annotated[
        bool,
        typer.Option("--without-damaged", help="Do without entries that can't be read any more."),
    ] = False,
) -> None:
    """Delete again what was deleted since the backup, and withdraw again what was withdrawn.

    By the journal in the state folder of this host: run it on every host, before anything else is
    started. It can be interrupted and run again.
    """
    with resolved_settings() as settings:
        asyncio.run(_replay(settings, without_damaged=without_damaged))


@app.command()
def status() -> None:
    """Show how far the database knows what was deleted, by the journal on this host."""
    with resolved_settings() as settings:
        asyncio.run(_show(settings))


async def _replay(settings: Settings, *, without_damaged: bool) -> None:
    async with bootstrap(settings, skip_journal_check=True) as (uows, _):
        done = await replay_deletions(uows, without_damaged=without_damaged)
    gone = ", ".join(f"{done[kind]} {_NAMES[kind]}" for kind in DeletionKind)
    typer.echo(f"Deleted or withdrawn again: {gone}.")
    typer.echo("The database knows all that the journal on this host holds.")


async def _show(settings: Settings) -> None:
    async with bootstrap(settings, skip_journal_check=True) as (uows, _):
        found = await compare_journal(uows)
        folder, others = uows.journal.folder, uows.journal.list_foreign_files()
    entries = sum(len(each) for file in found.files for each in file.hashes.values())
    typer.echo(f"{folder}: {len(found.files)} files, {entries} deletions.")
    typer.echo(f"Not in the database: {len(found.unknown_hashes)} deletions.")
    if found.outdated_files:
        typer.echo("It was put back from a backup: run `dressform restore replay`.")
    for file in found.files:
        if file.missing_numbers:
            typer.echo(
                f"{file.path} is damaged: {len(file.missing_numbers)} entries can't be read."
            )
    if found.missing_file_count:
        typer.echo(
            f"The database knows {found.missing_file_count} more files: of other hosts, or lost."
        )
    if others:
        typer.echo(f"{len(others)} files are of other databases, and of no use to this one.")
