"""A key that is rotated breaks no running process, and a key that was retired opens nothing."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from dressform.actions import reload_keys as reloading
from dressform.actions.reload_keys import delete_retired_keys
from dressform.api.app import create_app
from dressform.crypto.signing_keys import SigningKey
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import StartupError
from dressform.repositories.key_states import PUBLICATION_PERIOD, RELOAD_INTERVAL, SecretPurpose
from dressform.settings.settings import Settings
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem
from tests.helpers.auth import refresh, renew
from tests.helpers.keys import reload_app, retire, rotate, stored_keys
from tests.helpers.members import MemberClient

SIGNING, REFRESH = SecretPurpose.SIGNING, SecretPurpose.REFRESH


@pytest.fixture
def settings(isolated_settings: Settings) -> Settings:
    return isolated_settings


async def list_kids(client: httpx.AsyncClient) -> list[str]:
    return [key["kid"] for key in (await client.get("/.well-known/jwks.json")).json()["keys"]]


async def get_status(client: httpx.AsyncClient, person: MemberClient) -> int:
    return (await client.get("/v1/profiles/me", headers=person.headers)).status_code


async def test_a_rolling_restart_after_a_rotation_loses_no_token(
    app: FastAPI,
    ada: MemberClient,
    settings: Settings,
    clock: MovableClock,
    uows: UnitOfWorkFactory,
) -> None:
    """One process started before the rotation, one after it, and each takes the other's tokens."""
    await rotate(uows, SIGNING)
    younger = create_app(settings, clock)
    transport = httpx.ASGITransport(younger, raise_app_exceptions=False)
    async with (
        younger.router.lifespan_context(younger),
        httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client,
    ):
        bob = MemberClient(client, ada.mailbox, "ada")
        # At once, when the elder knows nothing of the new key; once both have read it; and later.
        for advance in (timedelta(), RELOAD_INTERVAL, PUBLICATION_PERIOD, RELOAD_INTERVAL):
            clock.at += advance
            for process in (younger, app) if advance else ():
                assert (await bob.sign_in()).status_code == 200
                assert (await ada.sign_in()).status_code == 200
                await reload_app(process)
                assert await get_status(ada.client, bob) == 200
                assert await get_status(client, ada) == 200
            assert (await bob.sign_in()).status_code == 200
            assert await get_status(ada.client, bob) == 200


async def test_a_new_signing_key_is_published_then_used_and_the_old_one_retires(
    app: FastAPI, ada: MemberClient, clock: MovableClock, uows: UnitOfWorkFactory
) -> None:
    (old,) = await list_kids(ada.client)
    new = SigningKey.from_bytes((await rotate(uows, SIGNING)).secret).kid
    await reload_app(app)
    assert await list_kids(ada.client) == [old, new]
    await ada.sign_in()
    assert app.state.dressform.tokens._keys[0].kid == old

    clock.at += PUBLICATION_PERIOD
    last = ada.access_token
    await reload_app(app)
    assert await list_kids(ada.client) == [new, old]
    await renew(ada)
    clock.advance(minutes=9)
    assert await get_status(ada.client, ada) == 200
    ada.access_token = last
    clock.advance(minutes=2.2)
    await reload_app(app)

    assert await list_kids(ada.client) == [new]
    assert len(await stored_keys(uows, SIGNING)) == 2
    await delete_retired_keys(uows)
    (left,) = await stored_keys(uows, SIGNING)
    assert SigningKey.from_bytes(left.secret).kid == new


async def test_a_token_signed_with_a_retired_key_is_refused(
    app: FastAPI, ada: MemberClient, clock: MovableClock, uows: UnitOfWorkFactory
) -> None:
    """The attacker kept the private key, and signs a token as of now."""
    tokens = app.state.dressform.tokens
    (leaked,) = tokens._keys
    account = tokens.verify(ada.access_token, at=clock()).account_id
    await rotate(uows, SIGNING)
    clock.at += PUBLICATION_PERIOD
    await reload_app(app)
    await delete_retired_keys(uows)
    clock.advance(minutes=13)
    await reload_app(app)
    attacker = type(tokens)([leaked], issuer=tokens._issuer, audience=tokens._audience)
    ada.access_token = attacker.sign(account, ada.session_id, at=clock())

    assert await get_status(ada.client, ada) == 401


async def test_a_leaked_signing_key_is_retired_at_once(
    app: FastAPI, ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    """Also for tokens whose signature was verified before."""
    assert await get_status(ada.client, ada) == 200
    (leaked,) = await stored_keys(uows, SIGNING)
    successor = await retire(uows, leaked)
    await reload_app(app)

    assert successor is not None
    assert await get_status(ada.client, ada) == 401
    await renew(ada)
    assert await get_status(ada.client, ada) == 200
    assert await stored_keys(uows, SIGNING) == [successor]


async def test_retiring_the_active_key_activates_the_published_one(uows: UnitOfWorkFactory) -> None:
    (old,) = await stored_keys(uows, SIGNING)
    published = await rotate(uows, SIGNING)
    with pytest.raises(StartupError, match="is published already"):
        await rotate(uows, SIGNING)

    successor = await retire(uows, old)

    assert successor is not None
    assert successor.id == published.id
    (left,) = await stored_keys(uows, SIGNING)
    assert (left.id, left.active_from) == (published.id, uows.clock())


async def test_sessions_outlast_a_rotation_of_the_refresh_key(
    app: FastAPI, ada: MemberClient, clock: MovableClock, uows: UnitOfWorkFactory
) -> None:
    await rotate(uows, REFRESH)
    for _ in range(3):
        await reload_app(app)
        lost = ada.refresh_token
        await renew(ada)
        # An answer that was lost can be asked for again, with a token of either key.
        assert (await refresh(ada, lost)).status_code == 200
        clock.at += PUBLICATION_PERIOD
    await retire(uows, (await stored_keys(uows, REFRESH))[0])
    await reload_app(app)

    assert (await refresh(ada)).status_code == 200


async def test_a_leaked_refresh_key_is_retired_with_all_sessions_under_it(
    app: FastAPI, ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    await retire(uows, (await stored_keys(uows, REFRESH))[0])
    await reload_app(app)

    assert_problem(await refresh(ada), 401, "refresh-token-refused")
    assert (await ada.sign_in()).status_code == 200
    assert (await refresh(ada)).status_code == 200


@pytest.mark.parametrize("purpose", [SecretPurpose.INDEX, SecretPurpose.JOURNAL])
async def test_a_key_that_stored_data_needs_is_not_retired(
    uows: UnitOfWorkFactory, purpose: SecretPurpose
) -> None:
    (key,) = await stored_keys(uows, purpose)

    with pytest.raises(StartupError):
        await retire(uows, key)
    assert await stored_keys(uows, purpose) == [key]


async def test_a_running_process_reads_the_keys_by_itself(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, clock: MovableClock
) -> None:
    monkeypatch.setattr(reloading, "RELOAD_INTERVAL", timedelta(seconds=0.05))
    application = create_app(settings, clock)
    async with application.router.lifespan_context(application):
        state = application.state.dressform
        await rotate(state.uows, SIGNING)
        async with asyncio.timeout(5):
            while len(state.tokens.jwks()["keys"]) < 2:
                await asyncio.sleep(0.02)
