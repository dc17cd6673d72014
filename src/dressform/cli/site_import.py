"""The command that moves the accounts of a FreeSewing site here."""

import csv
from pathlib import Path
from typing import Annotated

import typer

from dressform.bootstrap import resolved_settings
from dressform.cli.startup import run_with_uows
from dressform.crypto.passwords import PasswordHasher
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import StartupError
from dressform.settings.settings import Settings
from dressform.site_import.importer import SiteImporter
from dressform.site_import.open_source import open_source
from dressform.site_import.outcomes import EXPLANATIONS, ImportReport, Note, Refusal
from dressform.usernames.reserved import choose_site_words

_MAX_SHOWN = 10
"""Records that are named on the terminal for each reason; the file of --report has all."""


def import_site(
    file: Annotated[Path, typer.Argument(help="FreeSewing's database, or the dump of version 2.")],
    key_file: Annotated[
        Path | None, typer.Option(help="The file that holds the old site's encryption key.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Stop after so many imported accounts.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write each record that is refused or differs, as CSV.")
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Decide and count everything, and store nothing.")
    ] = False,
) -> None:
    """Move the accounts of a FreeSewing site here, with their sets of measurements.

    It can be interrupted and run again: what was imported within the last 30 days is skipped. Accounts are
    named by their number in the old site alone. docs/importing-a-site.md says what becomes of what.
    """

    async def run(settings: Settings, uows: UnitOfWorkFactory) -> ImportReport:
        source = open_source(file, key_file)
        typer.echo(f"{source.description}, accounts: {len(source)}")
        importer = SiteImporter(
            uows, PasswordHasher(), choose_site_words(settings.hosts), is_dry_run=dry_run
        )

        def show_progress(found: ImportReport) -> None:
            typer.echo(f"{found.looked_at} of {len(source)} read, {found.imported} imported")

        return await importer.run(source, limit=limit, show_progress=show_progress)

    if report is not None:
        # Before any account is stored: a later run would skip them all.
        _write(ImportReport(), report)
    with resolved_settings() as settings:
        found = run_with_uows(settings, run)
    _print(found, is_dry_run=dry_run)
    if report is not None:
        _write(found, report)


def _print(found: ImportReport, *, is_dry_run: bool) -> None:
    done = "Would be imported" if is_dry_run else "Imported"
    typer.echo(f"{done}: {found.imported} accounts, {found.models} models.")
    if found.skipped:
        typer.echo(f"Skipped, since they were imported before: {found.skipped}.")
    for each in (*Refusal, *Note):
        if records := found.records.get(each):
            shown = ", ".join(map(str, records[:_MAX_SHOWN]))
            more = ", …" if len(records) > _MAX_SHOWN else ""
            title = "Not imported" if isinstance(each, Refusal) else "Of the imported ones"
            typer.echo(f"{title}: {len(records)} {EXPLANATIONS[each]} (records {shown}{more}).")


def _write(found: ImportReport, path: Path) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("record", "reason"))
            writer.writerows(found.list_lines())
    except OSError as error:
        raise StartupError(f"The report can't be written to {path}: {error.strerror}.") from None
