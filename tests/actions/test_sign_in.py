from argon2 import PasswordHasher as Argon2Hasher
from argon2 import Type
from fastapi import FastAPI

from dressform.crypto.passwords import PasswordHasher
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.periods import start_of_day
from dressform.repositories.accounts import Accounts
from dressform.repositories.credentials import Credentials
from tests.conftest import MovableClock
from tests.helpers.auth import login
from tests.helpers.members import MemberClient


async def credentials(uows: UnitOfWorkFactory, person: MemberClient) -> Credentials:
    uow = uows.read()
    found = await Accounts(uow).get_by_login(person.username)
    assert found is not None
    return found


async def test_a_hash_of_lower_cost_is_renewed_by_the_next_login(
    ada: MemberClient, app: FastAPI, uows: UnitOfWorkFactory
) -> None:
    """And only by the right password."""
    passwords: PasswordHasher = app.state.dressform.passwords
    cheap = Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1, type=Type.ID)
    outdated = cheap.hash(ada.password)
    async with uows.transaction() as uow:
        owner = (await credentials(uows, ada)).owner
        await Accounts(uow).change(owner, password_hash=outdated)

    assert (await login(ada.client, "ada", "not it at all")).status_code == 401
    assert (await credentials(uows, ada)).password_hash == outdated
    assert (await ada.sign_in()).status_code == 200

    renewed = (await credentials(uows, ada)).password_hash
    assert not passwords.needs_rehash(renewed)
    assert (await ada.sign_in()).status_code == 200
    assert (await credentials(uows, ada)).password_hash == renewed


async def test_only_a_login_counts_for_retention(
    ada: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    first = (await credentials(uows, ada)).last_login_at
    body = {"refresh_token": ada.refresh_token}
    clock.advance(days=5)

    await ada.client.post("/v1/auth/refresh", json=body)
    await ada.request("GET", "/v1/profiles/me")
    await login(ada.client, "ada", "not it at all")

    assert (await credentials(uows, ada)).last_login_at == first
    await ada.sign_in()
    assert (await credentials(uows, ada)).last_login_at == start_of_day(clock())
