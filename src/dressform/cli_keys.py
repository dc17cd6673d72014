"""The commands about keys."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from dressform.crypto.tokens import SigningKey
from dressform.database import transaction
from dressform.keys import master_keys, new_master_key
from dressform.process import engine_of, settings_in_use
from dressform.repositories.service_secrets import Secret, ServiceSecrets
from dressform.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The keys under which everything is sealed.")


@app.command()
def new(key_id: Annotated[str, typer.Argument(help="A name for it, such as 2026-11.")]) -> None:
    """Print a new master key, as it is written in DRESSFORM_MASTER_KEYS."""
    typer.echo(new_master_key(key_id))


@app.command()
def rewrap() -> None:
    """Put every data key under the first master key; then the other ones can be taken out."""
    with settings_in_use() as loaded:
        rewrapped = asyncio.run(_until_done(loaded, ServiceSecrets.rewrap))
        active = master_keys(loaded).active_id
        typer.echo(f"{rewrapped} keys were put under {active!r}; no data were touched.")


@app.command("new-signing")
def new_signing() -> None:
    """Make a new key for access tokens. It is used from the next start of the API on."""
    with settings_in_use() as loaded:
        asyncio.run(_until_done(loaded, _add_signing))
        typer.echo("A new signing key was made; tokens of the earlier ones still hold.")


async def _add_signing(secrets: ServiceSecrets) -> int:
    await secrets.add(Secret.SIGNING, SigningKey.generate().to_bytes())
    return 0


async def _until_done(loaded: Settings, step: Callable[[ServiceSecrets], Awaitable[int]]) -> int:
    """Repeat a step, each time in a transaction of its own, until it finds nothing more."""
    engine, total = engine_of(loaded), 0
    try:
        while True:
            async with transaction(engine) as connection:
                secrets = ServiceSecrets(connection, master_keys(loaded), loaded.clock)
                done = await step(secrets)
            total += done
            if not done:
                return total
    finally:
        await engine.dispose()
