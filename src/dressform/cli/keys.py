"""The commands for master keys and for the keys that the service makes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Literal
from uuid import UUID

import typer

from dressform.actions.rehash_index import rehash_index
from dressform.actions.rotate_keys import retire_key, rotate_key
from dressform.bootstrap import bootstrap, resolved_settings
from dressform.cli.key_report import format_report
from dressform.crypto.master_keys import load_master_keys, new_master_key
from dressform.crypto.sealing import DecryptionError
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import StartupError
from dressform.repositories.key_states import SecretPurpose
from dressform.repositories.service_secrets import ServiceSecrets
from dressform.settings.key_ring import KEY_ID_DESCRIPTION, is_key_id
from dressform.settings.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The keys under which everything is sealed.")


@app.command()
def new(key_id: Annotated[str, typer.Argument(help="A name for it, such as 2026-11.")]) -> None:
    """Print a new master key, as it is written in DRESSFORM_MASTER_KEYS."""
    if not is_key_id(key_id):
        raise StartupError(f"A key can't be called {key_id!r}: it must be {KEY_ID_DESCRIPTION}.")
    typer.echo(new_master_key(key_id))


@app.command()
def rewrap() -> None:
    """Put every data key under the first master key; then the other ones can be taken out."""
    with resolved_settings() as settings:
        rewrapped = asyncio.run(_repeat_until_done(settings, _rewrap))
        active = load_master_keys(settings).active_id
        typer.echo(f"{rewrapped} keys were put under {active!r}; no data were touched.")


@app.command("list")
def list_keys() -> None:
    """Show all keys, with their state and what comes next for each."""

    async def task(uow: UnitOfWork) -> str:
        master = uow.keyrings.master
        secrets = ServiceSecrets(uow.connection, master, lambda: uow.now)
        wrapped = await secrets.count_by_master_key()
        return format_report(await secrets.list_all(), master, wrapped, uow.now)

    _run_and_print(task)


@app.command()
def rotate(
    kind: Annotated[
        Literal["signing", "refresh", "limits", "index", "mail"], typer.Argument(help="Which key.")
    ],
) -> None:
    """Publish a new key. In ten minutes it becomes active, when all processes know it."""
    purpose = SecretPurpose(kind)

    async def task(uow: UnitOfWork) -> str:
        key = await rotate_key(uow, purpose)
        text = (
            f"The key {key.id} is published. It is active from {key.active_from:%H:%M:%S} UTC on."
        )
        if purpose is SecretPurpose.INDEX:
            text += " Run `dressform keys rehash` ten minutes later."
        return text

    _run_and_print(task)


@app.command()
def rehash() -> None:
    """Finish the rotation of the index key: rehash all rows, then delete the earlier key."""

    async def run(settings: Settings) -> int:
        async with bootstrap(settings, skip_journal_check=True) as (uows, _):
            return await rehash_index(uows)

    with resolved_settings() as settings:
        rehashed = asyncio.run(run(settings))
        typer.echo(f"{rehashed} rows were rehashed, and the earlier index key was deleted.")


@app.command()
def retire(
    key: Annotated[str, typer.Argument(help="The id that `keys list` shows.", metavar="ID")],
) -> None:
    """Delete a key, as after a leak. Each process refuses what was made with it within a minute."""
    try:
        key_id = UUID(key)
    except ValueError:
        raise StartupError(
            f"{key} is no key that can be retired here: give an id of a signing or refresh key. A master "
            "key is taken out of DRESSFORM_MASTER_KEYS after `dressform keys rewrap`."
        ) from None

    async def task(uow: UnitOfWork) -> str:
        successor = await retire_key(uow, key_id)
        text = f"The key {key_id} is deleted."
        return text if successor is None else f"{text} The key {successor.id} is active."

    _run_and_print(task)


def _run_and_print(task: Callable[[UnitOfWork], Awaitable[str]]) -> None:
    async def run(settings: Settings) -> str:
        async with (
            bootstrap(settings, skip_journal_check=True) as (uows, _),
            uows.transaction() as uow,
        ):
            return await task(uow)

    with resolved_settings() as settings:
        typer.echo(asyncio.run(run(settings)))


async def _rewrap(secrets: ServiceSecrets) -> int:
    try:
        return await secrets.rewrap()
    except DecryptionError:
        raise StartupError(
            "A key in DRESSFORM_MASTER_KEYS has the right id but is not the one that data keys were "
            "sealed under: put the right one back and run it again. What was done so far stays."
        ) from None


async def _repeat_until_done(
    settings: Settings, step: Callable[[ServiceSecrets], Awaitable[int]]
) -> int:
    """Repeat a step, each time in its own transaction, until it returns 0. Return the sum.

    Raise StartupError when `bootstrap` fails: nothing may be sealed under a wrong key.
    """
    total = 0
    async with bootstrap(settings, skip_journal_check=True) as (uows, _):
        while True:
            async with uows.transaction() as uow:
                done = await step(ServiceSecrets(uow.connection, uow.keyrings.master, uows.clock))
            total += done
            if not done:
                return total
