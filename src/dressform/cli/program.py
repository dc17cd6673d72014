"""The program `dressform`. An operator's mistake is reported in one sentence, without a traceback.

Commands import their modules when they run, so that each starts quickly.
"""

import asyncio
import sys
from typing import Annotated, NoReturn

import typer

from dressform import __version__
from dressform.bootstrap import resolved_settings, run_migrations
from dressform.cli.dataset import app as dataset_app
from dressform.cli.keys import app as keys_app
from dressform.cli.mail import app as mail_app
from dressform.cli.operators import app as operators_app
from dressform.cli.passwords import app as passwords_app
from dressform.cli.processes import serve, up, worker
from dressform.cli.restore import app as restore_app
from dressform.cli.retention import app as retention_app
from dressform.cli.site_import import import_site
from dressform.cli.startup import check_startup, run_with_uows
from dressform.crypto.sealing import DecryptionError
from dressform.errors import StartupError, Unavailable
from dressform.policy.notice import notice
from dressform.settings.loader import load_settings
from dressform.settings.settings import Settings
from dressform.system import signals

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(keys_app, name="keys")
app.add_typer(retention_app, name="retention")
app.add_typer(mail_app, name="mail")
app.add_typer(operators_app, name="operators")
app.add_typer(dataset_app, name="dataset")
app.add_typer(restore_app, name="restore")
app.add_typer(passwords_app, name="passwords")


def main() -> None:
    """Run the program. Exit with code 1 and one sentence for an error that an operator can repair."""
    signals.raise_system_exit_on_sigterm()
    try:
        app()
    except StartupError as error:
        _fail(str(error))
    except Unavailable as error:
        _fail(f"The database, or the deletion journal, can't be used: {error.__cause__}.")
    except DecryptionError:
        _fail("What the database holds sealed does not open: it is damaged, or of another key.")


def _fail(sentence: str) -> NoReturn:
    typer.secho(f"dressform: {sentence}", fg="red", err=True)
    raise SystemExit(1)


def _show_version(*, asked: bool) -> None:
    if asked:
        typer.echo(f"Dressform {__version__}")
        raise typer.Exit


@app.callback()
def show_help(
    *,
    _: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """The backend of a made-to-measure sewing site, which keeps its privacy notice by itself.

    To try it, run `dressform up`. In production run `dressform migrate`, then `dressform serve` and
    `dressform worker` side by side.

    Settings are variables DRESSFORM_…, or lines of a file .env in the current folder: .env.example
    has all of them.
    """


for process in (up, serve, worker):
    app.command()(process)
app.command("import-site")(import_site)


@app.command()
def migrate() -> None:
    """Bring the database to this version's tables, and make the service's own keys."""
    with resolved_settings() as settings:
        asyncio.run(run_migrations(settings))
        run_with_uows(settings, check_startup, skip_journal_check=True)
        typer.echo("The database is up to date.")


@app.command()
def openapi() -> None:
    """Print the OpenAPI document, of a site that is an example."""
    from dressform.api.app import create_app
    from dressform.api.openapi_yaml import to_yaml

    example = Settings(
        site_url="https://dressform.example", contact="privacy@dressform.example", _env_file=None
    )
    document = create_app(example).openapi()
    sys.stdout.write(to_yaml(document))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(context: typer.Context) -> None:
    """Open psql on the database in use; further arguments go to psql."""
    from dressform.psql import run_psql

    raise SystemExit(run_psql(load_settings(), context.args))


@app.command("policy")
def print_policy() -> None:
    """Print the rules as a Markdown table, as it stands in the README."""
    typer.echo("| data | why | kept | counted from | then | later |")
    typer.echo("| --- | --- | --- | --- | --- | --- |")
    for one in notice():
        kept = one.period.format("en")
        later = " ".join(
            f"At most {each.period.format('en')} later: {each.text.en}" for each in one.extensions
        )
        typer.echo(
            f"| {one.data.en} | {one.purpose.en} | {kept} | {one.starts_at_text.en} | {one.on_expiry_text.en} "
            f"| {later} |"
        )
