"""The commands for master keys and signing keys."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from dressform.bootstrap import bootstrap, resolved_settings
from dressform.crypto.master_keys import load_master_keys, new_master_key
from dressform.crypto.sealing import DecryptionError
from dressform.crypto.signing_keys import SigningKey
from dressform.errors import StartupError
from dressform.repositories.service_secrets import SecretPurpose, ServiceSecrets
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


@app.command("new-signing")
def new_signing() -> None:
    """Make a new key for access tokens. It is used from the next start of the API on."""
    with resolved_settings() as settings:
        asyncio.run(_repeat_until_done(settings, _add_signing))
        typer.echo("A new signing key was made; tokens of the earlier ones still hold.")


async def _rewrap(secrets: ServiceSecrets) -> int:
    try:
        return await secrets.rewrap()
    except DecryptionError:
        raise StartupError(
            "A key in DRESSFORM_MASTER_KEYS has the right id but is not the one that data keys were "
            "sealed under: put the right one back and run it again. What was done so far stays."
        ) from None


async def _add_signing(secrets: ServiceSecrets) -> int:
    await secrets.add(SecretPurpose.SIGNING, SigningKey.generate().to_bytes())
    return 0


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
