import asyncio

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.accounts import Accounts
from dressform.repositories.one_time_tokens import OneTimeTokens, RedeemedToken, TokenPurpose
from tests.helpers.members import MemberClient

RESET = TokenPurpose.PASSWORD_RESET


async def issued(uows: UnitOfWorkFactory, person: MemberClient) -> str:
    async with uows.transaction() as uow:
        found = await Accounts(uow).get_by_email(person.email)
        assert found is not None
        return await OneTimeTokens(uow).issue(found.owner, RESET, email=person.email)


async def test_whoever_waits_for_a_token_that_is_being_used_gets_nothing(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    token = await issued(uows, ada)

    async def redeem() -> RedeemedToken | None:
        async with uows.transaction() as uow:
            return await OneTimeTokens(uow).redeem(token, RESET)

    async with uows.transaction() as uow:
        redeemed = await OneTimeTokens(uow).redeem(token, RESET)
        late = asyncio.create_task(redeem())
        await asyncio.wait({late}, timeout=0.3)
        assert not late.done()

    assert redeemed is not None
    assert redeemed.email == ada.email
    assert await late is None


async def test_looking_at_a_token_does_not_use_it_up(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    token = await issued(uows, ada)

    async with uows.transaction() as uow:
        tokens = OneTimeTokens(uow)
        looked_at = await tokens.peek(token, RESET)
        assert await tokens.peek(token, TokenPurpose.EMAIL_CHANGE) is None
        redeemed = await tokens.redeem(token, RESET)
        assert looked_at is not None
        assert redeemed is not None
        assert looked_at.owner.account_id == redeemed.owner.account_id
        assert await tokens.peek(token, RESET) is None
