"""The keys of the service at a start: created once, kept by an upgrade, and refused when some are lost."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from dressform.bootstrap import bootstrap
from dressform.crypto.refresh_token_format import RefreshToken
from dressform.crypto.refresh_tokens import RefreshTokens
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import StartupError
from dressform.repositories.accounts import Accounts
from dressform.settings.settings import Settings
from tests.helpers.cli import dressform, environment
from tests.helpers.retention import add_account


async def delete_keys(settings: Settings, *purposes: str) -> None:
    async with bootstrap(settings) as (uows, _), uows.transaction() as uow:
        command = text("DELETE FROM service_secret WHERE purpose = ANY(:purposes)")
        await uow.connection.execute(command, {"purposes": list(purposes)})


async def fill(settings: Settings) -> None:
    async with bootstrap(settings) as (uows, _):
        await add_account(uows, uows.clock(), "ada")


@pytest.mark.parametrize("command", ["serve", "worker", "retention", "migrate", "keys list"])
async def test_accounts_without_their_index_key_are_refused(
    isolated_settings: Settings, command: str
) -> None:
    """As after a restore of some tables: a new key would lock all out, and free their names."""
    await fill(isolated_settings)
    await delete_keys(isolated_settings, "index")
    ran = environment(isolated_settings, DRESSFORM_PORT="0")
    done = await dressform(*command.split(), environment=ran)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "dressform: The database has accounts, but its table service_secret has no index key, "
        "by which members are found: restore that table from the same backup as the accounts.\n"
    )


async def test_accounts_without_any_key_are_refused(isolated_settings: Settings) -> None:
    await fill(isolated_settings)
    await delete_keys(isolated_settings, "index", "signing", "refresh", "journal")

    with pytest.raises(StartupError, match="has no index key"):
        await fill(isolated_settings)


async def test_a_database_without_accounts_gets_new_keys(isolated_settings: Settings) -> None:
    await fill(isolated_settings)
    async with bootstrap(isolated_settings) as (uows, _), uows.transaction() as uow:
        await uow.connection.execute(text("DELETE FROM account"))
    await delete_keys(isolated_settings, "index", "signing", "refresh", "journal")

    await fill(isolated_settings)
    async with bootstrap(isolated_settings) as (uows, _):
        assert await Accounts(uows.read()).get_by_email("ada@example.org") is not None


async def test_a_lost_signing_key_is_replaced(isolated_settings: Settings) -> None:
    """Tokens last for ten minutes and are renewed: there is nothing that a refusal would protect."""
    await fill(isolated_settings)
    await delete_keys(isolated_settings, "signing")
    async with bootstrap(isolated_settings) as (_, keys):
        assert len(keys) == 1


async def test_a_lost_key_of_the_journal_is_refused(isolated_settings: Settings) -> None:
    await fill(isolated_settings)
    await delete_keys(isolated_settings, "journal")

    with pytest.raises(StartupError, match="no key of the deletion journal"):
        await fill(isolated_settings)


async def test_an_upgrade_keeps_the_keys_that_were_derived(isolated_settings: Settings) -> None:
    """Sessions go on, and the files of the journal are read, as is a backup of the earlier version."""
    await fill(isolated_settings)
    await delete_keys(isolated_settings, "refresh", "journal")

    async with bootstrap(isolated_settings) as (uows, _):
        index = uows.keyrings.index
        assert uows.keyrings.journal == index.derive_key("deletion journal")
        session, account = uuid4(), uuid4()
        earlier = RefreshTokens(index.derive_key("refresh tokens"))
        first = earlier.start(session, account, at=uows.clock())
        token = RefreshToken.parse(first.successor)
        assert token is not None
        assert uows.keyrings.refresh_tokens.is_genuine(token, account)
        ids = await list_ids(uows)
    async with bootstrap(isolated_settings) as (uows, _):
        assert await list_ids(uows) == ids


async def list_ids(uows: UnitOfWorkFactory) -> list[object]:
    rows = await uows.read().connection.execute(text("SELECT id FROM service_secret ORDER BY 1"))
    return list(rows.scalars())


async def test_a_new_database_derives_no_key_from_another(isolated_settings: Settings) -> None:
    async with bootstrap(isolated_settings) as (uows, _):
        assert uows.keyrings.journal != uows.keyrings.index.derive_key("deletion journal")
