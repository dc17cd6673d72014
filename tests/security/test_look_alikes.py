"""A stranger who takes a name that looks like a member's, or one that a member gave up."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from dressform.actions.complete_skeletons import complete_skeletons
from dressform.actions.rehash_index import rehash_index
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.former_usernames import MAX_HELD
from dressform.repositories.key_states import PUBLICATION_PERIOD, SecretPurpose
from dressform.settings.settings import Settings
from dressform.worker.tasks import WorkerTasks
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem
from tests.helpers.auth import erase, login
from tests.helpers.keys import reload_app, rotate
from tests.helpers.members import CreateMember, Mailbox, MemberClient, token_of
from tests.helpers.retention import add_account

ME = "/v1/profiles/me"

LOOK_ALIKES = [
    ("kimberly", "KIMBERLY"),
    ("kimberly", "ki.mberly"),
    ("kimberly", "ki_mb-erly"),
    ("kimberly", "kimberiy"),
    ("kimberly", "k1rnberly"),
    ("Il1lli", "l1Iill"),
    ("o0wen", "0ovven"),
]


async def rename(person: MemberClient, username: str) -> httpx.Response:
    return await person.request("PATCH", ME, json={"username": username})


async def register(client: httpx.AsyncClient, mailbox: Mailbox, username: str) -> httpx.Response:
    return await MemberClient(client, mailbox, username, email="eve@example.org").register()


@pytest.mark.parametrize(("taken", "wanted"), LOOK_ALIKES)
async def test_a_name_that_looks_like_a_members_is_taken(
    client: httpx.AsyncClient,
    create_member: CreateMember,
    mailbox: Mailbox,
    taken: str,
    wanted: str,
) -> None:
    await create_member(taken, email="kim@example.org")
    eve = await create_member("eve")

    assert_problem(await register(client, mailbox, wanted), 409, "username-taken")
    assert_problem(await rename(eve, wanted), 409, "username-taken")
    # Signing in is by the exact name.
    exact = taken.casefold() == wanted.casefold()
    assert (await login(client, wanted, eve.password)).is_success == exact


@pytest.mark.parametrize("other", ["clara", "kimberley", "kimberl", "kinberly"])
async def test_names_that_differ_are_two(
    create_member: CreateMember, client: httpx.AsyncClient, mailbox: Mailbox, other: str
) -> None:
    await create_member("kimberly")
    await create_member("dara")

    assert (await register(client, mailbox, other)).status_code == 202


async def test_of_members_who_want_look_alikes_at_once_one_gets_one(
    create_member: CreateMember,
) -> None:
    people = [await create_member(name) for name in ("ada", "grace", "hedy", "mary")]
    wanted = ["kimberly", "k1mberly", "ki.mberly", "kirnberly"]

    answers = await asyncio.gather(*map(rename, people, wanted))

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_of_two_waiting_look_alikes_one_becomes_a_member(
    client: httpx.AsyncClient, mailbox: Mailbox
) -> None:
    people = [MemberClient(client, mailbox, name) for name in ("kimberly", "k1mberly")]
    for person in people:
        await person.register()
    mails = await mailbox.collect()
    answers = [
        await person.confirm(token_of(message))
        for person, message in zip(people, mails, strict=True)
    ]

    assert [answer.status_code for answer in answers] == [200, 409]


async def test_members_of_an_earlier_version_keep_their_names_and_no_third_gets_one(
    client: httpx.AsyncClient,
    mailbox: Mailbox,
    create_member: CreateMember,
    uows: UnitOfWorkFactory,
) -> None:
    kim = await create_member("kimberly")
    other = await create_member("grace")
    await rename(other, "unlike")
    async with uows.transaction() as uow:
        # What an earlier version left: another name with the same skeleton, and no hash of either.
        await uow.connection.execute(text("DELETE FROM former_username"))
        await uow.connection.execute(text("UPDATE profile SET skeleton_index = NULL"))
    assert (await rename(other, "k1mberly")).status_code == 200
    async with uows.transaction() as uow:
        await uow.connection.execute(text("UPDATE profile SET skeleton_index = NULL"))

    assert await complete_skeletons(uows) == 2
    assert await complete_skeletons(uows) == 0

    for person, name in ((kim, "kimberly"), (other, "k1mberly")):
        assert (await person.sign_in(name)).status_code == 200
        assert (await person.request("PATCH", ME, json={"bio": "I sew."})).status_code == 200
        assert (await rename(person, name.upper())).status_code == 200
    assert_problem(await register(client, mailbox, "kim-berly"), 409, "username-taken")


async def test_a_worker_completes_what_an_earlier_version_left(
    worker_tasks: WorkerTasks, create_member: CreateMember, uows: UnitOfWorkFactory
) -> None:
    await create_member("kimberly")
    async with uows.transaction() as uow:
        await uow.connection.execute(text("UPDATE profile SET skeleton_index = NULL"))

    await worker_tasks.run_once()

    query = text("SELECT count(*) FROM profile WHERE skeleton_index IS NULL")
    assert await uows.read().connection.scalar(query) == 0


async def test_a_name_given_up_by_renaming_is_held_for_all_but_its_former_member(
    client: httpx.AsyncClient,
    mailbox: Mailbox,
    ada: MemberClient,
    create_member: CreateMember,
    clock: MovableClock,
) -> None:
    eve = await create_member("eve")
    await rename(ada, "countess")

    for name in ("ada", "ADA", "a.d.a"):
        assert_problem(await rename(eve, name), 409, "username-taken")
        assert_problem(await register(client, mailbox, name), 409, "username-taken")
    assert (await rename(ada, "a-da")).status_code == 200
    assert (await rename(ada, "countess")).status_code == 200
    clock.advance(days=30)
    await eve.sign_in()
    assert (await rename(eve, "ada")).status_code == 200
    await ada.sign_in("countess")
    assert_problem(await rename(ada, "ada"), 409, "username-taken")


@pytest.mark.parametrize("days", [0, 1])
async def test_a_member_holds_the_names_that_were_given_up_last(
    ada: MemberClient,
    create_member: CreateMember,
    uows: UnitOfWorkFactory,
    clock: MovableClock,
    *,
    days: int,
) -> None:
    """And not one after the other; also when all were given up on one day."""
    eve = await create_member("eve")
    for number in range(MAX_HELD + 3):
        await rename(ada, f"nice-name-{'abcdefgh'[number]}")
        clock.advance(days=days)
        await ada.sign_in(f"nice-name-{'abcdefgh'[number]}")

    query = text("SELECT count(*) FROM former_username")
    assert await uows.read().connection.scalar(query) == MAX_HELD
    await eve.sign_in()
    assert (await rename(eve, "nice-name-a")).status_code == 200
    assert_problem(await rename(eve, "nice-name-e"), 409, "username-taken")


async def test_the_name_of_an_erased_account_is_held_for_everyone(
    client: httpx.AsyncClient, mailbox: Mailbox, ada: MemberClient, clock: MovableClock
) -> None:
    assert (await erase(ada)).status_code == 204

    assert_problem(await register(client, mailbox, "A_da"), 409, "username-taken")
    clock.advance(days=29, hours=11)
    assert_problem(await ada.register(), 409, "username-taken")
    clock.advance(hours=1)
    assert (await ada.register()).status_code == 202


async def test_the_name_of_an_expired_account_is_held_from_its_deletion_on(
    client: httpx.AsyncClient,
    mailbox: Mailbox,
    uows: UnitOfWorkFactory,
    worker_tasks: WorkerTasks,
    clock: MovableClock,
) -> None:
    await add_account(uows, clock(), "kimberly")
    clock.advance(days=366)
    await worker_tasks.run_once()

    assert await uows.read().connection.scalar(text("SELECT count(*) FROM account")) == 0
    assert_problem(await register(client, mailbox, "k1mberly"), 409, "username-taken")
    clock.advance(days=30)
    await worker_tasks.run_once()
    query = text("SELECT count(*) FROM former_username")
    assert await uows.read().connection.scalar(query) == 0
    assert (await register(client, mailbox, "kimberly")).status_code == 202


class TestRotation:
    @pytest.fixture
    def settings(self, isolated_settings: Settings) -> Settings:
        return isolated_settings

    async def test_look_alikes_are_found_while_the_index_key_is_replaced(
        self,
        app: FastAPI,
        uows: UnitOfWorkFactory,
        ada: MemberClient,
        clock: MovableClock,
    ) -> None:
        await add_account(uows, clock(), "kimberly")
        await rename(ada, "countess")
        await rotate(uows, SecretPurpose.INDEX)
        await reload_app(app)
        clock.at += PUBLICATION_PERIOD
        await reload_app(app)

        for name in ("k1mberly", "a.da", "c0untess"):
            assert_problem(await register(ada.client, ada.mailbox, name), 409, "username-taken")
        await ada.sign_in("countess")
        assert (await rename(ada, "ada")).status_code == 200
        clock.at += PUBLICATION_PERIOD
        await rehash_index(uows)
        await reload_app(app)
        for name in ("k1mberly", "a.da"):
            assert_problem(await register(ada.client, ada.mailbox, name), 409, "username-taken")
