"""The commands. A mistake of the operator's is one sentence, never a traceback."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, NoReturn, TypeVar

import typer
import yaml

from dressform import embedded, leash, logs, settings
from dressform.app import create_app
from dressform.cli_dataset import app as dataset_app
from dressform.cli_keys import app as keys_app
from dressform.cli_operators import app as operators_app
from dressform.cli_retention import app as retention_app
from dressform.database import Units
from dressform.errors import StartupError, Unavailable
from dressform.listening import listen, serve_on
from dressform.middleware.disk import assert_usable
from dressform.policy import CATEGORIES
from dressform.process import assert_has_database, migrated, opened, settings_in_use
from dressform.settings import Settings
from dressform.up import run_everything, serve_side_by_side
from dressform.worker.process import work, work_once

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)
app.add_typer(keys_app, name="keys")
app.add_typer(retention_app, name="retention")
app.add_typer(operators_app, name="operators")
app.add_typer(dataset_app, name="dataset")

Result = TypeVar("Result")


def main() -> None:
    """The program. Exit code 1 and one sentence for what an operator can mend."""
    # What was started meanwhile is stopped on the way out, as after Ctrl-C.
    signal.signal(signal.SIGTERM, _leave)
    # Shells start what runs in the background with SIGINT ignored; ours is stopped by it anyhow.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        app()
    except StartupError as error:
        _fail(str(error))
    except Unavailable as error:
        _fail(f"The database can't be used at the moment: {error.__cause__}.")


def _fail(sentence: str) -> NoReturn:
    typer.secho(f"dressform: {sentence}", fg="red", err=True)
    raise SystemExit(1)


def _leave(*_: object) -> None:
    raise SystemExit(0)


def _with_units(
    loaded: Settings, task: Callable[[Settings, Units], Coroutine[Any, Any, Result]]
) -> Result:
    async def run() -> Result:
        async with opened(loaded) as (units, _):
            return await task(loaded, units)

    return asyncio.run(run())


async def _only_open(_: Settings, __: Units) -> None:
    """Opening says in one sentence what is wrong, and makes the keys at the first start of all."""


@app.command()
def up() -> None:
    """Run everything here: PostgreSQL of our own, migrations, API, worker, mail into files."""
    loaded = settings.load()
    logs.configure(loaded.log_level)
    run_everything(loaded)


@app.command()
def serve(
    workers: Annotated[int | None, typer.Option(help="Processes.", min=1, max=64)] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", min=0, max=65535)] = None,
) -> None:
    """Run the API."""
    given = {"WORKERS": workers, "HOST": host, "PORT": port}
    os.environ.update({f"DRESSFORM_{k}": str(v) for k, v in given.items() if v is not None})
    leash.end_with_supervisor()
    with settings_in_use() as loaded, listen(loaded) as listening:
        _with_units(loaded, _only_open)
        assert_usable(loaded.state_dir / "spool")
        if loaded.workers > 1:
            serve_side_by_side(listening, loaded)
        else:
            serve_on(listening)


@app.command()
def worker(
    *, once: Annotated[bool, typer.Option("--once", help="One round, then exit.")] = False
) -> None:
    """Enforce the retention windows and deliver the mail."""
    leash.end_with_supervisor()
    with settings_in_use() as loaded:
        if not once:
            _with_units(loaded, work)
            return
        for report in _with_units(loaded, work_once):
            typer.echo(f"{report.rule:<16}{report.rows:>8} rows ended{report.seconds:>9.2f} s")


@app.command()
def migrate() -> None:
    """Bring the database to this version's tables, and make the service's own keys."""
    with settings_in_use() as loaded:
        asyncio.run(migrated(loaded))
        _with_units(loaded, _only_open)
        typer.echo("The database is up to date.")


@app.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    document = create_app(Settings(_env_file=None)).openapi()
    sys.stdout.write(yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(context: typer.Context) -> None:
    """Open psql on the database in use; further arguments go to psql."""
    loaded = settings.load()
    if loaded.database_url is not None:
        url = loaded.database_url.get_secret_value().replace("+asyncpg", "", 1)
        raise SystemExit(
            _run_psql([shutil.which("psql") or str(embedded.binary("psql")), url, *context.args])
        )
    assert_has_database(loaded)
    with embedded.attached(loaded.state_dir) as server:
        program = [str(embedded.binary("psql")), *server.psql_arguments()]
        raise SystemExit(_run_psql([*program, *context.args]))


def _run_psql(command: list[str]) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is psql's: it cancels a query.
    # A pager would swallow the commands that were pasted behind this one.
    environment = os.environ | ({} if sys.stdin.isatty() and "-c" not in command else {"PAGER": ""})
    return subprocess.call(command, env=environment)  # noqa: S603


@app.command("policy")
def print_policy() -> None:
    """Print the rules as a Markdown table, as it stands in the README."""
    typer.echo("| data | why | kept | counted from | then |\n| --- | --- | --- | --- | --- |")
    for one in CATEGORIES:
        kept = one.window.in_words("en")
        typer.echo(
            f"| {one.data.en} | {one.purpose.en} | {kept} | {one.clock.en} | {one.ending.en} |"
        )
