"""While the index key is replaced every member is found, and no address gets two accounts."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from dressform.actions.rehash_index import rehash_index
from dressform.api.app import create_app
from dressform.db.errors import ConstraintError
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import StartupError
from dressform.repositories import stored_hashes
from dressform.repositories.accounts import Accounts
from dressform.repositories.key_states import PUBLICATION_PERIOD, SecretPurpose
from dressform.repositories.mails import Mails
from dressform.repositories.one_time_tokens import OneTimeTokens, TokenPurpose
from dressform.repositories.profiles import Profiles
from dressform.repositories.sign_ups import SignUps
from dressform.repositories.unique_hashes import is_username_taken
from dressform.settings.settings import Settings
from tests.conftest import MovableClock
from tests.helpers.auth import confirm_email, login
from tests.helpers.keys import reload_app, retire, rotate, stored_keys
from tests.helpers.members import CreateMember, Mailbox, MemberClient
from tests.helpers.retention import add_account

INDEX = SecretPurpose.INDEX
ADDRESS = "ada0@example.org"


@pytest.fixture
def settings(isolated_settings: Settings) -> Settings:
    return isolated_settings


@pytest.fixture
async def other_app(
    app: FastAPI, settings: Settings, clock: MovableClock
) -> AsyncIterator[FastAPI]:
    """A process that has not reloaded its keys since the test began."""
    twin = create_app(settings, clock)
    async with twin.router.lifespan_context(twin):
        yield twin


async def list_hashes(uows: UnitOfWorkFactory) -> set[bytes | None]:
    query = (
        "SELECT email_index FROM account UNION ALL SELECT username_index FROM profile"
        " UNION ALL SELECT email_index FROM sign_up UNION ALL SELECT username_index FROM sign_up"
    )
    return set((await uows.read().connection.execute(text(query))).scalars())


async def activate_new_key(app: FastAPI, uows: UnitOfWorkFactory, clock: MovableClock) -> None:
    await rotate(uows, INDEX)
    await reload_app(app)
    clock.at += PUBLICATION_PERIOD
    await reload_app(app)


async def find(uows: UnitOfWorkFactory, email: str) -> UUID | None:
    found = await Accounts(uows.read()).get_by_email(email)
    return None if found is None else found.owner.account_id


async def test_members_are_found_at_every_step(
    app: FastAPI,
    ada: MemberClient,
    create_member: CreateMember,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    uows: UnitOfWorkFactory = app.state.dressform.uows
    monkeypatch.setattr(stored_hashes, "BATCH", 2)
    for number in range(5):
        await add_account(uows, clock(), f"eva{number}")
    async with uows.transaction() as uow:
        await SignUps(uow).add(
            email="zoe@example.org", username="zoe", language="en", password_hash="none"
        )
        await SignUps(uow).add(
            email="yan@example.org", username="yan", language="en", password_hash="none"
        )
        (told,) = await SignUps(uow).give_up_username("yan", limit=1)
    assert told.email == "yan@example.org"
    before = await list_hashes(uows) - {None}

    async def assert_all_found(*names: str) -> None:
        for name in ("ada", *(f"eva{number}" for number in range(5)), *names):
            assert await find(uows, f"{name}@example.org") is not None
            assert await Profiles(uows.read()).get_by_username(name)
        async with uows.transaction() as uow:
            waiting = await SignUps(uow).get_latest_by_email("zoe@example.org")
            assert waiting is not None
            assert await is_username_taken(uow, "Ada")
        for name in ("ada", ada.email):
            assert (await login(ada.client, name, ada.password)).status_code == 200

    await rotate(uows, INDEX)
    await reload_app(app)
    await assert_all_found()
    assert await list_hashes(uows) - {None} == before
    clock.at += PUBLICATION_PERIOD
    await reload_app(app)
    bob = await create_member("bob")
    await assert_all_found("bob")
    with pytest.raises(StartupError, match="Not every process uses"):
        await rehash_index(uows)
    clock.at += PUBLICATION_PERIOD

    # Six accounts and as many profiles, and two registrations; bob's rows are new already.
    assert await rehash_index(uows) == 14

    await reload_app(app)
    assert len(await stored_keys(uows, INDEX)) == 1
    assert not before & await list_hashes(uows)
    await assert_all_found("bob")
    assert (await login(bob.client, bob.email, bob.password)).status_code == 200
    async with uows.transaction() as uow:
        assert await SignUps(uow).give_up_username("yan", limit=1) == []
        (zoe,) = await SignUps(uow).give_up_username("ZOE", limit=1)
    assert zoe.email == "zoe@example.org"
    with pytest.raises(StartupError, match="There is one index key"):
        await rehash_index(uows)


async def test_a_new_account_does_not_take_an_address_of_the_earlier_version(
    app: FastAPI, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    owner = await add_account(uows, clock(), "ada0")
    await activate_new_key(app, uows, clock)
    with pytest.raises(ConstraintError) as caught:
        await add_account(uows, clock(), "ada0")

    assert caught.value.constraint == "uq_account_email_index"
    async with uows.transaction() as uow:
        bob = await Accounts(uow).add(
            UUID(int=7), email="bob@example.org", language="en", password_hash="none"
        )
        with pytest.raises(ConstraintError) as taken:
            await Profiles(uow).add(bob, username="Ada0")
    assert taken.value.constraint == "uq_profile_username_index"
    assert await find(uows, ADDRESS) == owner.account_id


async def test_a_changed_address_or_name_is_not_that_of_another_member(
    app: FastAPI, ada: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await add_account(uows, clock(), "eva")
    await activate_new_key(app, uows, clock)
    async with uows.transaction() as uow:
        own = await Accounts(uow).get_by_email(ada.email)
        assert own is not None
        token = await OneTimeTokens(uow).issue(
            own.owner, TokenPurpose.EMAIL_CHANGE, email="Eva@example.org"
        )

    assert (await confirm_email(ada.client, token)).status_code == 409
    await ada.sign_in()
    renamed = await ada.request("PATCH", "/v1/profiles/me", json={"username": "eva"})
    assert renamed.status_code == 409
    same = await ada.request("PATCH", "/v1/profiles/me", json={"username": "Ada"})
    assert same.status_code == 200


async def test_two_processes_at_the_boundary_give_an_address_once(
    app: FastAPI,
    other_app: FastAPI,
    uows: UnitOfWorkFactory,
    clock: MovableClock,
) -> None:
    """One writes with the new key already, the other still with the earlier one, at the same time."""
    others: UnitOfWorkFactory = other_app.state.dressform.uows
    await rotate(uows, INDEX)
    await reload_app(app)
    await reload_app(other_app)
    clock.at += PUBLICATION_PERIOD
    await reload_app(app)
    assert uows.keyrings.index.hash_email("a") != others.keyrings.index.hash_email("a")

    for number in range(10):
        outcomes = await asyncio.gather(
            *(add_account(each, clock(), f"eva{number}") for each in (uows, others) * 2),
            return_exceptions=True,
        )
        refused = [one for one in outcomes if isinstance(one, ConstraintError)]
        assert len(refused) == 3, outcomes
    assert len(await list_hashes(uows)) == 20


async def test_a_process_that_has_not_read_the_new_key_writes_what_others_find(
    app: FastAPI, other_app: FastAPI, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await rotate(uows, INDEX)
    await reload_app(app)
    owner = await add_account(other_app.state.dressform.uows, clock(), "ada0")

    assert await find(uows, ADDRESS) == owner.account_id
    with pytest.raises(ConstraintError):
        await add_account(uows, clock(), "ada0")


async def test_rows_that_do_not_open_keep_the_earlier_key(
    app: FastAPI, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await add_account(uows, clock(), "ada0")
    damaged = await add_account(uows, clock(), "eva")
    await activate_new_key(app, uows, clock)
    clock.at += PUBLICATION_PERIOD
    async with uows.transaction() as uow:
        query = text("UPDATE account_key SET key_id = 'unknown' WHERE account_id = :id")
        await uow.connection.execute(query, {"id": damaged.account_id})

    with pytest.raises(StartupError, match="2 rows do not open"):
        await rehash_index(uows)
    assert len(await stored_keys(uows, INDEX)) == 2
    async with uows.transaction() as uow:
        query = text("UPDATE account_key SET key_id = 'tests' WHERE account_id = :id")
        await uow.connection.execute(query, {"id": damaged.account_id})
    assert await rehash_index(uows) == 2
    assert await find(uows, "eva@example.org") == damaged.account_id


async def test_a_rotation_is_cancelled_while_the_key_is_not_used(
    app: FastAPI, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    owner = await add_account(uows, clock(), "ada0")
    await retire(uows, await rotate(uows, INDEX))
    await reload_app(app)

    assert len(await stored_keys(uows, INDEX)) == 1
    assert await find(uows, ADDRESS) == owner.account_id


async def test_mail_that_waits_during_a_rotation_is_not_deleted_as_pointless(
    app: FastAPI, ada: MemberClient, clock: MovableClock
) -> None:
    """Its hash and that of its account are under different keys for a while."""
    uows: UnitOfWorkFactory = app.state.dressform.uows

    async def queue_reset_and_discard() -> int:
        async with uows.transaction() as uow:
            await Mails(uow).add("password-reset", to=ada.email, language="en")
        async with uows.transaction() as uow:
            return await Mails(uow).delete_pointless(limit=100)

    before = await queue_reset_and_discard()
    await activate_new_key(app, uows, clock)
    during = await queue_reset_and_discard()
    clock.at += PUBLICATION_PERIOD
    await rehash_index(uows)
    await reload_app(app)
    after = await queue_reset_and_discard()

    # The newest of three stays: the earlier ones are recognized as mails to the same address.
    assert (before, during, after) == (0, 0, 2)
    async with uows.transaction() as uow:
        assert await Mails(uow).lease_next("password-reset") is not None


async def test_a_registration_of_the_earlier_key_is_confirmed_and_told(
    app: FastAPI, client: httpx.AsyncClient, mailbox: Mailbox, clock: MovableClock
) -> None:
    """Its address, its name and the registrations beside it are found by both versions."""
    uows: UnitOfWorkFactory = app.state.dressform.uows
    early = MemberClient(client, mailbox, "bea")
    await early.register()
    token = await mailbox.token()
    rival = MemberClient(client, mailbox, "bea", email="rival@example.org")
    await rival.register()
    await mailbox.collect()
    await activate_new_key(app, uows, clock)
    stranger = MemberClient(client, mailbox, "mallory", email=early.email)
    stranger.password = "the attacker knows this phrase"
    await stranger.register()
    await mailbox.collect()

    assert (await early.confirm(token)).status_code == 200

    assert (await mailbox.receive_one())["To"] == rival.email
    assert await uows.read().connection.scalar(text("SELECT count(*) FROM sign_up")) == 1
    assert (await early.sign_in(early.email)).status_code == 200
    assert (await stranger.sign_in()).status_code == 401
