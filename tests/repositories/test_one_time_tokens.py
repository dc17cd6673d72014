import asyncio

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.accounts import Accounts
from dressform.repositories.one_time_tokens import OneTimeTokens, Purpose, Redeemed
from tests.helpers.members import Person

RESET = Purpose.PASSWORD_RESET


async def issued(units: UnitOfWorkFactory, person: Person) -> str:
    async with units.writing() as unit:
        found = await Accounts(unit).by_email(person.email)
        assert found is not None
        return await OneTimeTokens(unit).issue(found.owner, RESET, email=person.email)


async def test_whoever_waits_for_a_token_that_is_being_used_gets_nothing(
    ada: Person, units: UnitOfWorkFactory
) -> None:
    token = await issued(units, ada)

    async def redeem() -> Redeemed | None:
        async with units.writing() as unit:
            return await OneTimeTokens(unit).redeem(token, RESET)

    async with units.writing() as unit:
        redeemed = await OneTimeTokens(unit).redeem(token, RESET)
        late = asyncio.create_task(redeem())
        await asyncio.wait({late}, timeout=0.3)
        assert not late.done()

    assert redeemed is not None
    assert redeemed.email == ada.email
    assert await late is None


async def test_looking_at_a_token_does_not_use_it_up(ada: Person, units: UnitOfWorkFactory) -> None:
    token = await issued(units, ada)

    async with units.writing() as unit:
        tokens = OneTimeTokens(unit)
        looked_at = await tokens.look_at(token, RESET)
        assert await tokens.look_at(token, Purpose.EMAIL_CHANGE) is None
        redeemed = await tokens.redeem(token, RESET)
        assert looked_at is not None
        assert redeemed is not None
        assert looked_at.owner.account_id == redeemed.owner.account_id
        assert await tokens.look_at(token, RESET) is None
