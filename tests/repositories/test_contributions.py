"""What an account gives: the model it chose, or any of its own, whole."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories import contributions
from dressform.repositories.contributions import Contributions
from dressform.repositories.sealed_contributions import DecryptedBatch, decrypt_contributions
from tests.helpers.consents import agree
from tests.helpers.databases import rolled_back
from tests.helpers.members import CreateMember, MemberClient

DAY = datetime(2027, 3, 1, tzinfo=UTC)


async def counted(uows: UnitOfWorkFactory) -> int:
    async with uows.transaction() as uow:
        contributions = Contributions(uow, before=DAY)
        return await contributions.mark_counted(await contributions.list_batch(after=None))


async def page(uows: UnitOfWorkFactory) -> DecryptedBatch:
    uow = uows.read()
    contributions = Contributions(uow, before=DAY)
    rows = await contributions.fetch_counted(await contributions.list_batch(after=None))
    return decrypt_contributions(rows, uows.keyrings)


async def add(person: MemberClient, **model: object) -> str:
    answer = await person.request(
        "POST", "/v1/models", json={"name": "Me", "breasts": True} | model
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_who_was_not_counted_gives_nothing(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    await add(ada, measurements={"neck": 340})
    await agree(ada)

    assert await page(uows) == DecryptedBatch([], 0)
    assert await counted(uows) == 1
    assert len((await page(uows)).contributions) == 1


async def test_the_model_that_was_chosen(ada: MemberClient, uows: UnitOfWorkFactory) -> None:
    await add(ada, measurements={"neck": 340})
    chosen = await add(ada, breasts=False, measurements={"neck": 400})
    await agree(ada, model_id=chosen)
    await counted(uows)

    for _ in range(10):
        (given,) = (await page(uows)).contributions
        assert (given.breasts, dict(given.measurements)) == (False, {"neck": 400})


async def test_any_model_where_none_was_chosen(ada: MemberClient, uows: UnitOfWorkFactory) -> None:
    for neck in (340, 400):
        await add(ada, measurements={"neck": neck})
    await agree(ada)
    await counted(uows)

    given = [(await page(uows)).contributions for _ in range(60)]
    assert {one.measurements["neck"] for (one,) in given} == {340, 400}


async def test_a_variant_comes_whole(ada: MemberClient, uows: UnitOfWorkFactory) -> None:
    base = await add(ada, measurements={"neck": 340, "chest": 980})
    variant = await add(ada, based_on=base, measurements={"chest": 940})
    await agree(ada, model_id=variant)
    await counted(uows)

    (given,) = (await page(uows)).contributions
    assert dict(given.measurements) == {"neck": 340, "chest": 940}


@pytest.mark.parametrize(
    "broken",
    ["UPDATE model SET sealed = '\\x00'", "UPDATE account_key SET key_id = 'lost'"],
)
async def test_what_does_not_open_is_told_and_left_out(
    ada: MemberClient, uows: UnitOfWorkFactory, broken: str
) -> None:
    await add(ada, measurements={"neck": 340})
    await agree(ada)
    await counted(uows)
    async with uows.transaction() as uow:
        await uow.connection.execute(text(broken))

    found = await page(uows)
    assert (found.contributions, found.unreadable) == ([], 1)


async def test_batches_have_everybody_once(
    ada: MemberClient,
    create_member: CreateMember,
    uows: UnitOfWorkFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(contributions, "BATCH", 1)
    for person in (ada, await create_member("grace")):
        await add(person, measurements={"neck": 340})
        await agree(person)

    uow = uows.read()
    found = Contributions(uow, before=DAY)
    (one,) = await found.list_batch(after=None)
    (other,) = await found.list_batch(after=one)
    assert one < other
    assert await found.list_batch(after=other) == []


@pytest.mark.parametrize("end", ["expires_at", "models_expire_at"])
async def test_neither_of_the_two_windows_may_be_over(
    ada: MemberClient, uows: UnitOfWorkFactory, end: str
) -> None:
    """They are as long as each other now, and need not be for ever."""
    await add(ada, measurements={"neck": 340})
    await agree(ada)
    await counted(uows)
    (given,) = (await page(uows)).contributions

    async with rolled_back(uows) as uow:
        await uow.connection.execute(text(f"ALTER TABLE account ALTER {end} DROP EXPRESSION"))
        await uow.connection.execute(text(f"UPDATE account SET {end} = '2026-03-01T12:00Z'"))
        found = Contributions(uow, before=DAY)

        assert await found.list_batch(after=None) == [given.account_id]
        assert await found.mark_counted([given.account_id]) == 0
        assert await found.fetch_counted([given.account_id]) == []
        assert await found.mark_drawn([given.account_id], [given.model_id], 2027) == []
