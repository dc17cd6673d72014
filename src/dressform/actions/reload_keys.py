import asyncio
import logging

from dressform.crypto.tokens import AccessTokens
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.key_rings import build_key_rings
from dressform.repositories.key_states import RELOAD_INTERVAL
from dressform.repositories.service_secrets import ServiceSecrets

log = logging.getLogger(__name__)

RETRY_SECONDS = 5.0


async def reload_keys(uows: UnitOfWorkFactory, tokens: AccessTokens | None = None) -> None:
    """Read the keys of the service again, so that a running process follows a rotation.

    Raise an error, and keep the present keys, when the database can't be read or a key is missing.
    """
    master = uows.keyrings.master
    secrets = ServiceSecrets(uows.read().connection, master, uows.clock)
    keyrings, signing = build_key_rings(await secrets.list_all(), master, now=uows.clock())
    uows.keyrings = keyrings
    if tokens is not None:
        tokens.replace_keys(signing)


async def reload_regularly(uows: UnitOfWorkFactory, tokens: AccessTokens | None = None) -> None:
    """Reload the keys each minute until cancelled; after an error, already in a few seconds.

    So a process that could not reach the database for long follows soon after it can again.
    """
    pause = RELOAD_INTERVAL.total_seconds()
    while True:
        await asyncio.sleep(pause)
        try:
            await reload_keys(uows, tokens)
        except Exception as error:  # noqa: BLE001  the process must go on with the keys that it has
            log.warning("the keys were not read again: %s", type(error).__name__)
            pause = RETRY_SECONDS
        else:
            pause = RELOAD_INTERVAL.total_seconds()


async def delete_retired_keys(uows: UnitOfWorkFactory) -> None:
    """Delete the keys with which nothing valid was made."""
    async with uows.transaction() as uow:
        secrets = ServiceSecrets(uow.connection, uow.keyrings.master, uows.clock)
        await secrets.lock()
        deleted = await secrets.delete_retired()
    if deleted:
        log.info("%d retired keys were deleted", deleted)
