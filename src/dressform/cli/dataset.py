"""The commands of the open dataset. A release takes two operators, each with a password."""

import asyncio
import importlib
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any
from uuid import UUID

import typer

from dressform.actions.authenticate_operator import authenticate_operator
from dressform.bootstrap import bootstrap, resolved_settings
from dressform.cli.dataset_status import show_dataset
from dressform.crypto.passwords import PasswordHasher
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import StartupError
from dressform.mail.addresses import normalize_login
from dressform.opendata.years import draw_date
from dressform.settings.settings import Settings
from dressform.system.priority import lower_priority

app = typer.Typer(invoke_without_command=True)

Login = Annotated[
    str,
    typer.Argument(
        help="Your username or e-mail address.", metavar="LOGIN", callback=normalize_login
    ),
]

_EDITION_SUFFIXES = {".csv", ".json"}

_DRAW_NICENESS = 19


@app.callback()
def dataset(context: typer.Context) -> None:
    """Show what was proposed, drawn and published, year by year."""
    if context.invoked_subcommand is None:
        with resolved_settings() as settings:
            asyncio.run(show_dataset(settings))


@app.command()
def propose(login: Login) -> None:
    """Propose this year's edition; another operator approves it, on 1 March or later."""
    drawing = _import_draw_dataset()

    async def task(uows: UnitOfWorkFactory, operator_id: UUID, _: Settings) -> None:
        year = await drawing.propose_dataset(uows, operator_id)
        day = draw_date(year)
        since = f"on {day:%-d %B} or later" if uows.clock() < day else f"before {year} ends"
        typer.echo(
            f"The edition of {year} is proposed. Another operator approves it {since}: dressform "
            "dataset approve LOGIN"
        )

    _run_as_operator(login, task)


@app.command()
def approve(login: Login) -> None:
    """Approve what another operator proposed: count, draw and publish.

    Only who agreed before 1 March is counted, and no year is counted twice. Interrupted, it goes on
    where it was: nothing is drawn twice.
    """
    drawing = _import_draw_dataset()
    typer.echo(
        "Who agreed before 1 March of this year is counted, which is this year's one chance of an "
        "edition: where they are too few, the next is in the next year. This can't be undone."
    )
    typer.confirm("Go on?", abort=True)

    async def task(uows: UnitOfWorkFactory, operator_id: UUID, settings: Settings) -> None:
        lower_priority(_DRAW_NICENESS)
        drawn = await drawing.draw_dataset(
            uows, _create_receipts(settings), operator_id, lambda step: typer.echo(f"{step} …")
        )
        if drawn is None:
            typer.echo("Not enough people yet: nothing is published this year.")
            return
        await _publish(uows, settings)

    _run_as_operator(login, task)


@app.command()
def restore(
    login: Login,
    folder: Annotated[
        Path,
        typer.Argument(
            help="With the files of a year's edition, as they were published.",
            exists=True,
            file_okay=False,
        ),
    ],
) -> None:
    """Restore a draw that the database lacks after a backup was put back, from its published files.

    One operator is enough: all that a restored draw does is to keep accounts out of later draws.
    Each account that had agreed in time, or existed by then, is never drawn again. Run `dressform
    restore replay` before, which repeats the withdrawals since the backup.
    """
    restoring = _import_optional("dressform.actions.restore_dataset")
    files = {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.suffix in _EDITION_SUFFIXES
    }
    draw = restoring.read_edition(files)
    typer.echo(
        "No account that existed on the day of that draw will be drawn again, whether it was in "
        "it or not. This can't be undone."
    )
    typer.confirm("Go on?", abort=True)

    async def task(uows: UnitOfWorkFactory, operator_id: UUID, settings: Settings) -> None:
        await restoring.restore_dataset(uows, _create_receipts(settings), operator_id, draw)
        typer.echo(f"The draw of {draw.year} is known again.")
        await _publish(uows, settings)

    _run_as_operator(login, task)


async def _publish(uows: UnitOfWorkFactory, settings: Settings) -> None:
    typer.echo(
        f"Making the files, which name {settings.dataset_publisher} as publisher and "
        f"{settings.dataset_url} as address (DRESSFORM_PUBLISHER, DRESSFORM_DATASET_URL) …"
    )
    edition_info = _import_optional("dressform.opendata.files.edition_info")
    publisher = edition_info.Publisher(settings.dataset_publisher, settings.dataset_url)
    for name in await _import_publish_dataset().publish_dataset(uows, publisher):
        typer.echo(f"Published: {settings.dataset_url}/dataset/{name}")


def _run_as_operator(
    login: str, task: Callable[[UnitOfWorkFactory, UUID, Settings], Awaitable[None]]
) -> None:
    with resolved_settings() as settings:
        # getpass warns that it can't hide the input when standard input is a pipe.
        password = typer.prompt(f"Password of {login}", hide_input=sys.stdin.isatty())
        asyncio.run(_run(settings, login, password, task))


async def _run(
    settings: Settings,
    login: str,
    password: str,
    task: Callable[[UnitOfWorkFactory, UUID, Settings], Awaitable[None]],
) -> None:
    async with bootstrap(settings) as (uows, _):
        operator_id = await authenticate_operator(
            uows, PasswordHasher(), login=login, password=password
        )
        await task(uows, operator_id, settings)


def _create_receipts(settings: Settings) -> Any:
    return _import_optional("dressform.opendata.receipts").Receipts(settings.state_dir / "dataset")


def _import_draw_dataset() -> ModuleType:
    return _import_optional("dressform.actions.draw_dataset")


def _import_publish_dataset() -> ModuleType:
    return _import_optional("dressform.actions.publish_dataset")


def _import_optional(module: str) -> ModuleType:
    """Import a module that needs NumPy, which is an optional dependency. Raise StartupError."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise StartupError(
            f"{error.name} is not installed, which only the open dataset needs: install "
            "dressform[opendata]."
        ) from None
