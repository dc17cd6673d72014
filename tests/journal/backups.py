"""A database as a backup of it holds it, and what becomes of it meanwhile."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import make_url

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.opendata.consent import CURRENT
from dressform.repositories.accounts import Accounts
from dressform.repositories.consents import Consents
from dressform.repositories.models import Models
from dressform.repositories.owners import Owner
from dressform.repositories.pictures import Avatars, ProfilePictures
from dressform.settings.settings import Settings
from dressform.sewing.body import BodyMeasurements
from tests.helpers.databases import isolated_database
from tests.helpers.retention import add_account

NAMES = ("eve", "ada", "bob", "cyd")


def url_of(settings: Settings) -> str:
    assert settings.database_url is not None
    return settings.database_url.get_secret_value().replace("+asyncpg", "")


@asynccontextmanager
async def backup(settings: Settings) -> AsyncIterator[Settings]:
    """The database as it is now, to be used later in its place. Nobody may be connected."""
    name = make_url(url_of(settings)).database
    assert name is not None
    async with isolated_database(settings, template=name) as copy:
        yield copy


async def ask(settings: Settings, query: str, *values: object) -> Any:
    """As whoever opens psql."""
    connection = await asyncpg.connect(url_of(settings))
    try:
        return await connection.fetchval(query, *values)
    finally:
        await connection.close()


async def rows(settings: Settings) -> dict[str, int]:
    tables = ("account", "account_key", "model", "picture", "avatar", "dataset_consent_act")
    found = {name: await ask(settings, f"SELECT count(*) FROM {name}") for name in tables}
    standing = "SELECT count(*) FROM dataset_consent WHERE given_id IS NOT NULL"
    return found | {"consent": await ask(settings, standing)}


async def owner_of(uows: UnitOfWorkFactory, name: str) -> Owner:
    uow = uows.read()
    found = await Accounts(uow).get_by_email(f"{name}@example.org")
    assert found is not None
    return found.owner


async def fill(uows: UnitOfWorkFactory, *names: str) -> None:
    """Four accounts or those, each with a picture, a model with an avatar, a variant of it, and a consent."""
    for name in names or NAMES:
        owner = await add_account(uows, uows.clock(), name)
        async with uows.transaction() as uow:
            (model,), _ = await Models(uow).list_page(owner, limit=1)
            body = BodyMeasurements(breasts=True, measurements={"neck": 400.0})
            await Models(uow).add(owner, name="Variant", body=body, based_on=model.id)
            await Consents(uow).give(owner, CURRENT["en"], None)


async def delete_one_of_each(
    uows: UnitOfWorkFactory,
    first: str = "eve",
    second: str = "ada",
    third: str = "bob",
    fourth: str = "cyd",
) -> object:
    """An account, a base model, a picture and an avatar, a consent. Return the model that is left."""
    async with uows.transaction() as uow:
        await Accounts(uow).delete(await owner_of(uows, first))
    ada, bob, cyd = [await owner_of(uows, name) for name in (second, third, fourth)]
    async with uows.transaction() as uow:
        models, _ = await Models(uow).list_page(ada, limit=2)
        base = next(each for each in models if each.based_on is None)
        await Models(uow).remove(ada, base.id)
    async with uows.transaction() as uow:
        await ProfilePictures(uow).remove(bob)
        models, _ = await Models(uow).list_page(bob, limit=2)
        base = next(each for each in models if each.based_on is None)
        await Avatars(uow).remove(bob, base.id)
        await Consents(uow).withdraw(cyd)
    return next(each.id for each in await all_models(uows, ada))


async def all_models(uows: UnitOfWorkFactory, owner: Owner) -> list[Any]:
    uow = uows.read()
    return (await Models(uow).list_page(owner, limit=10))[0]


def journal_of(settings: Settings) -> list[Path]:
    return sorted((settings.state_dir / "deletions").glob("*/*"))


def content_of(settings: Settings) -> str:
    return "".join(path.read_text() for path in journal_of(settings))
