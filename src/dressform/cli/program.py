"""The commands. A mistake of the operator's is one sentence, never a traceback.

Each loads what it alone needs when it runs, so that nobody waits for what the others need.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from dressform import __version__
from dressform import logging as logs
from dressform.access_log.spool import check_writable
from dressform.bootstrap import bootstrap, resolved_settings, run_migrations
from dressform.cli.dataset import app as dataset_app
from dressform.cli.keys import app as keys_app
from dressform.cli.operators import app as operators_app
from dressform.cli.restore import app as restore_app
from dressform.cli.retention import app as retention_app
from dressform.crypto.sealing import DecryptionError
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import StartupError, Unavailable
from dressform.policy.notice import notice
from dressform.policy.sign_in_data import MAIL
from dressform.settings.loader import load_settings
from dressform.settings.settings import Settings
from dressform.system import parent_watchdog, signals
from dressform.system.priority import lower_priority

log = logging.getLogger(__name__)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(keys_app, name="keys")
app.add_typer(retention_app, name="retention")
app.add_typer(operators_app, name="operators")
app.add_typer(dataset_app, name="dataset")
app.add_typer(restore_app, name="restore")

Result = TypeVar("Result")

_WORKER_NICENESS = 10


def main() -> None:
    """The program. Exit code 1 and one sentence for what an operator can mend."""
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


def _run_with_uows(
    settings: Settings,
    task: Callable[[Settings, UnitOfWorkFactory], Coroutine[Any, Any, Result]],
    *,
    skip_journal_check: bool = False,
) -> Result:
    async def run() -> Result:
        async with bootstrap(settings, skip_journal_check=skip_journal_check) as (uows, _):
            return await task(settings, uows)

    return asyncio.run(run())


async def _check_startup(_: Settings, __: UnitOfWorkFactory) -> None:
    """Opening says in one sentence what is wrong, and makes the keys at the first start of all."""


def _option(field: str, what: str, least: int | None = None, most: int | None = None) -> Any:
    """In the place of a setting, which its help names."""
    default = Settings.model_fields[field].default
    said = f"{what} Without it DRESSFORM_{field.upper()}, or else {default}."
    return typer.Option(help=said, min=least, max=most)


def _show_version(*, asked: bool) -> None:
    if asked:
        typer.echo(f"Dressform {__version__}")
        raise typer.Exit


@app.callback()
def about(
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


@app.command()
def up() -> None:
    """Run everything here: PostgreSQL of our own, migrations, API, worker, mail into files.

    For trying things out: it is refused in production. Where DRESSFORM_DATABASE_URL is set, that
    database is used instead, and brought to this version's tables; where DRESSFORM_SMTP_URL is set,
    mail is really sent. DRESSFORM_PORT says where it listens (8000), DRESSFORM_STATE_DIR where it
    keeps everything (var, in the current folder).
    """
    signals.exit_zero_on_sigterm()
    from dressform.runtime.all_in_one import run_everything

    settings = load_settings()
    if settings.in_production:
        raise StartupError(
            "`dressform up` is for trying things out and is refused in production: run `dressform "
            "migrate`, then `dressform serve` and `dressform worker`."
        )
    logs.configure(settings.log_level)
    run_everything(settings)


@app.command()
def serve(
    workers: Annotated[int | None, _option("workers", "Processes.", 1, 64)] = None,
    host: Annotated[str | None, _option("host", "Address to listen on.")] = None,
    port: Annotated[int | None, _option("port", "Port to listen on.", 0, 65535)] = None,
) -> None:
    """Run the API."""
    signals.exit_zero_on_sigterm()
    from dressform.runtime.all_in_one import run_workers
    from dressform.runtime.server import bind_socket, run_server

    given = {"WORKERS": workers, "HOST": host, "PORT": port}
    os.environ.update({f"DRESSFORM_{k}": str(v) for k, v in given.items() if v is not None})
    parent_watchdog.exit_when_parent_dies()
    with resolved_settings() as settings, bind_socket(settings) as sock:
        _run_with_uows(settings, _check_startup)
        check_writable(settings.state_dir / "spool")
        if settings.workers > 1:
            run_workers(sock, settings)
        else:
            run_server(sock)


@app.command()
def worker(
    *, once: Annotated[bool, typer.Option("--once", help="One round, then exit.")] = False
) -> None:
    """Enforce the retention windows and deliver the mail."""
    if not once:
        signals.exit_zero_on_sigterm()
    from dressform.worker.runner import run_once

    parent_watchdog.exit_when_parent_dies()
    with resolved_settings() as settings:
        lower_priority(_WORKER_NICENESS)
        if not once:
            _run_with_uows(settings, _run_worker)
            return
        for report in _run_with_uows(settings, run_once):
            typer.echo(f"{report.rule:<16}{report.rows:>8} rows ended{report.seconds:>9.2f} s")


async def _run_worker(settings: Settings, uows: UnitOfWorkFactory) -> None:
    from dressform.mail.transport import mail_folder
    from dressform.worker.runner import run

    folder = mail_folder(settings)
    mail = "by SMTP" if settings.smtp_url else f"into {folder}"
    log.info("working: a round at once and every %s, mail %s", settings.worker_interval, mail)
    if not settings.smtp_url:
        log.warning(
            "mails in %s hold addresses, and are not deleted with an account: only after %s",
            folder,
            MAIL.period.format("en"),
        )
    await run(settings, uows)


@app.command()
def migrate() -> None:
    """Bring the database to this version's tables, and make the service's own keys."""
    with resolved_settings() as settings:
        asyncio.run(run_migrations(settings))
        _run_with_uows(settings, _check_startup, skip_journal_check=True)
        typer.echo("The database is up to date.")


@app.command()
def openapi() -> None:
    """Print the OpenAPI document, of a site that is an example."""
    import yaml

    from dressform.api.app import create_app

    example = Settings(
        site_url="https://dressform.example", contact="privacy@dressform.example", _env_file=None
    )
    document = create_app(example).openapi()
    sys.stdout.write(yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100))


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
