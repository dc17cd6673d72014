"""Who can write to the database, and has no master key, can make no session for a member.

The attacker runs SQL and is a member too: they have tokens and mailed links of their own, and may copy, swap
and move rows. What they gain is tried by requests.
"""

import base64
import hashlib
import os
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem
from tests.helpers.auth import (
    change_email,
    change_password,
    confirm_email,
    forgot,
    login,
    logout,
    refresh,
    reset,
)
from tests.helpers.members import CreateMember, MemberClient, token_of

CHOSEN = "nine needles in the hay"


@pytest.fixture
async def mallory(create_member: CreateMember) -> MemberClient:
    return await create_member("mallory", password="thirteen spools of silk")


async def run_sql(uows: UnitOfWorkFactory, command: str, **values: Any) -> int:
    """Run a command as the attacker does. Return how many rows it changed."""
    async with uows.transaction() as uow:
        rows = await uow.connection.execute(text(f"{command} RETURNING 1"), values)
        return len(rows.all())


async def fetch_row(uows: UnitOfWorkFactory, command: str, **values: Any) -> Any:
    return await uows.read().connection.fetch_one(text(command), values)


async def account_id(uows: UnitOfWorkFactory, person: MemberClient) -> Any:
    row = await fetch_row(
        uows, "SELECT account_id FROM session WHERE id = :id", id=person.session_id
    )
    return row.account_id


async def assert_no_session(person: MemberClient) -> None:
    assert_problem(await person.request("GET", "/v1/profiles/me"), 401, "unauthenticated")
    assert_problem(await person.request("GET", "/v1/models"), 401, "unauthenticated")
    assert_problem(await refresh(person), 401, "refresh-token-refused")


PLANT = (
    "INSERT INTO session (id, account_id, month_of_login, next_mark, used_hash, sealed)"
    " SELECT :id, :account, month_of_login, :mark, :used, sealed FROM session WHERE id = :model"
)


async def test_a_planted_session_gives_nothing_to_a_token_that_the_attacker_wrote(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    raw = os.urandom(60)
    forged = base64.urlsafe_b64encode(raw).decode()
    planted = await run_sql(
        uows,
        PLANT,
        id=UUID(bytes=raw[:16]),
        account=await account_id(uows, ada),
        mark=hashlib.sha256(raw).digest(),
        used=hashlib.sha256(raw).digest(),
        model=ada.session_id,
    )

    assert planted == 1
    assert_problem(await refresh(ada, forged), 401, "refresh-token-refused")


async def test_a_session_that_was_moved_to_another_account_is_none(
    ada: MemberClient, mallory: MemberClient, uows: UnitOfWorkFactory
) -> None:
    """With the attacker's own tokens, which are genuine, and the victim's account behind them."""
    moved = await run_sql(
        uows,
        "UPDATE session SET account_id = :account WHERE id = :id",
        account=await account_id(uows, ada),
        id=mallory.session_id,
    )

    assert moved == 1
    await assert_no_session(mallory)


async def test_a_session_with_the_id_of_the_victims_is_none(
    ada: MemberClient, mallory: MemberClient, uows: UnitOfWorkFactory
) -> None:
    """The victim's row takes the id of the attacker's, with all that is sealed and marked in it."""
    await run_sql(uows, "DELETE FROM session WHERE id = :id", id=mallory.session_id)
    await run_sql(
        uows,
        "UPDATE session SET id = :new WHERE id = :old",
        new=mallory.session_id,
        old=ada.session_id,
    )

    await assert_no_session(mallory)


async def test_a_planted_row_does_not_revive_a_session_that_ended(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    """With an access token that has not run out, as after a sign-out on a stolen phone."""
    account = await account_id(uows, ada)
    old_id, old_token = ada.session_id, ada.access_token
    assert (await logout(ada)).status_code == 204
    await ada.sign_in()
    await run_sql(
        uows, PLANT, id=old_id, account=account, mark=b"m", used=None, model=ada.session_id
    )
    ada.access_token = old_token

    assert_problem(await ada.request("GET", "/v1/profiles/me"), 401, "unauthenticated")


@pytest.mark.parametrize("column", ["next_mark", "used_hash", "use_marks"])
async def test_a_mark_of_another_session_is_none_of_this_one(
    ada: MemberClient,
    mallory: MemberClient,
    uows: UnitOfWorkFactory,
    clock: MovableClock,
    column: str,
) -> None:
    """A token that was used up stays so with any mark that the attacker finds or has made."""
    stolen = ada.refresh_token
    for _ in range(2):
        ada.refresh_token = (await refresh(ada)).json()["refresh_token"]
    clock.advance(seconds=11)
    await refresh(mallory)
    swapped = await run_sql(
        uows,
        f"UPDATE session SET {column} = other.{column} FROM session other"
        " WHERE session.id = :id AND other.id = :other",
        id=ada.session_id,
        other=mallory.session_id,
    )

    assert swapped == 1
    assert_problem(await refresh(ada, stolen), 401, "refresh-token-refused")


async def test_a_session_is_not_lengthened(
    ada: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    """A thief of one refresh token would stay signed in for good."""
    await run_sql(uows, "UPDATE session SET month_of_login = month_of_login + interval '1 month'")

    await assert_no_session(ada)
    clock.advance(days=100)
    assert_problem(await refresh(ada), 401, "refresh-token-refused")


async def test_accounts_that_swapped_their_ids_open_nothing(
    ada: MemberClient, mallory: MemberClient, uows: UnitOfWorkFactory
) -> None:
    """The victim's wrapped key and rows under the attacker's id, for whom there is a session."""
    victim, own = await account_id(uows, ada), await account_id(uows, mallory)
    await run_sql(
        uows,
        "UPDATE account_key SET (key_id, wrapped_key) ="
        " (SELECT key_id, wrapped_key FROM account_key WHERE account_id = :victim)"
        " WHERE account_id = :own",
        victim=victim,
        own=own,
    )
    await run_sql(
        uows,
        "UPDATE account SET (version, sealed) ="
        " (SELECT version, sealed FROM account WHERE id = :victim) WHERE id = :own",
        victim=victim,
        own=own,
    )

    assert (await mallory.request("GET", "/v1/privacy/export")).status_code >= 400
    assert (await login(mallory.client, "mallory", ada.password)).status_code >= 400


async def test_the_attackers_password_does_not_open_the_victims_account(
    ada: MemberClient, mallory: MemberClient, uows: UnitOfWorkFactory
) -> None:
    """The sealed password moves to the victim's row; then the address points to the victim."""
    victim, own = await account_id(uows, ada), await account_id(uows, mallory)
    before = await fetch_row(
        uows, "SELECT version, sealed, email_index FROM account WHERE id = :id", id=victim
    )
    await run_sql(
        uows,
        "UPDATE account SET (version, sealed) ="
        " (SELECT version, sealed FROM account WHERE id = :own) WHERE id = :victim",
        victim=victim,
        own=own,
    )
    assert (await login(ada.client, "ada", mallory.password)).status_code >= 400

    await run_sql(
        uows,
        "UPDATE account SET version = :version, sealed = :sealed WHERE id = :id",
        version=before.version,
        sealed=before.sealed,
        id=victim,
    )
    own_index = await fetch_row(uows, "SELECT email_index FROM account WHERE id = :id", id=own)
    await run_sql(uows, "DELETE FROM account WHERE id = :id", id=own)
    await run_sql(
        uows,
        "UPDATE account SET email_index = :index WHERE id = :id",
        index=own_index.email_index,
        id=victim,
    )
    mallory.password = "twelve bobbins of blue"
    assert (await login(mallory.client, mallory.email, mallory.password)).status_code == 401
    await forgot(mallory.client, mallory.email)
    assert [mail["To"] for mail in await mallory.mailbox.collect()] == [ada.email]


async def test_a_reset_link_that_the_attacker_wrote_resets_nothing(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    """The victim's own row, asked for by the attacker, with the hash of another token in it."""
    await forgot(ada.client, ada.email)
    await ada.mailbox.collect()
    token = base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")
    planted = await run_sql(
        uows,
        "UPDATE one_time_token SET hash = :hash",
        hash=hashlib.sha256(token.encode()).digest(),
    )

    assert planted == 1
    assert_problem(await reset(ada.client, token, CHOSEN), 410, "link-invalid")
    assert (await login(ada.client, "ada", CHOSEN)).status_code == 401


async def test_a_reset_link_of_the_attackers_resets_no_other_password(
    ada: MemberClient, mallory: MemberClient, uows: UnitOfWorkFactory
) -> None:
    """The hash of a genuine token moves to the victim's row, or the row to the victim's account."""
    await forgot(mallory.client, mallory.email)
    token = await mallory.mailbox.token()
    await forgot(ada.client, ada.email)
    await ada.mailbox.collect()
    victim, own = await account_id(uows, ada), await account_id(uows, mallory)
    theirs = await fetch_row(uows, "SELECT * FROM one_time_token WHERE account_id = :id", id=own)
    await run_sql(uows, "DELETE FROM one_time_token WHERE account_id = :id", id=own)
    await run_sql(
        uows,
        "UPDATE one_time_token SET hash = :hash WHERE account_id = :id",
        hash=theirs.hash,
        id=victim,
    )
    assert_problem(await reset(mallory.client, token, CHOSEN), 410, "link-invalid")

    await run_sql(
        uows,
        "UPDATE one_time_token SET id = :row, sealed = :sealed WHERE account_id = :id",
        row=theirs.id,
        sealed=theirs.sealed,
        id=victim,
    )
    assert_problem(await reset(mallory.client, token, CHOSEN), 410, "link-invalid")
    assert (await login(ada.client, "ada", CHOSEN)).status_code == 401


async def test_a_link_for_one_purpose_serves_no_other(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    """A reset link confirms an address, or an address that was typed resets a password."""
    await change_email(ada, "new@example.org")
    to_confirm = token_of((await ada.mailbox.collect())[0])
    await run_sql(uows, "UPDATE one_time_token SET purpose = 'password-reset'")
    assert_problem(await reset(ada.client, to_confirm, CHOSEN), 410, "link-invalid")
    await run_sql(uows, "DELETE FROM one_time_token")
    await forgot(ada.client, ada.email)
    to_reset = await ada.mailbox.token()
    await run_sql(uows, "UPDATE one_time_token SET purpose = 'email-change'")

    assert_problem(await confirm_email(ada.client, to_reset), 410, "link-invalid")


async def test_a_link_that_the_attacker_wrote_confirms_no_strange_address(
    client: httpx.AsyncClient, mallory: MemberClient, uows: UnitOfWorkFactory
) -> None:
    """The attacker registers an address that is not theirs, and reads no mail sent to it."""
    stranger = MemberClient(client, mallory.mailbox, "bob")
    await stranger.register()
    await mallory.mailbox.collect()
    token = base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")
    planted = await run_sql(
        uows,
        "UPDATE sign_up SET token_hash = :hash",
        hash=hashlib.sha256(token.encode()).digest(),
    )

    assert planted == 1
    response = await stranger.confirm(token)
    assert_problem(response, 410, "link-invalid")
    assert (await stranger.sign_in()).status_code == 401


async def test_a_reset_link_is_not_lengthened(
    ada: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    """A link in a mail that was read later would work for good."""
    await forgot(ada.client, ada.email)
    token = await ada.mailbox.token()
    clock.advance(hours=30)
    moved = await run_sql(
        uows, "UPDATE one_time_token SET created_at = created_at + interval '30 hours'"
    )

    assert moved == 1
    assert_problem(await reset(ada.client, token, CHOSEN), 410, "link-invalid")


async def test_a_password_that_was_put_back_without_its_version_does_not_open(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    """A row that is put back with its version opens, as SECURITY.md says: nothing knows better."""
    before = await fetch_row(uows, "SELECT sealed FROM account")
    assert (await change_password(ada, CHOSEN)).status_code == 204
    await run_sql(uows, "UPDATE account SET sealed = :sealed", sealed=before.sealed)

    assert (await login(ada.client, "ada", ada.password)).status_code == 500


async def test_an_old_session_that_was_put_back_ends_with_its_period(
    ada: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    """Within its period it is not detected, as SECURITY.md says."""
    stolen = ada.refresh_token
    before = await fetch_row(uows, "SELECT * FROM session WHERE id = :id", id=ada.session_id)
    assert (await logout(ada)).status_code == 204
    clock.advance(days=121)
    await run_sql(
        uows,
        "INSERT INTO session (id, account_id, month_of_login, next_mark, used_hash, sealed)"
        " VALUES (:id, :account, :month, :mark, :used, :sealed)",
        id=before.id,
        account=before.account_id,
        month=clock(),
        mark=before.next_mark,
        used=before.used_hash,
        sealed=before.sealed,
    )

    assert_problem(await refresh(ada, stolen), 401, "refresh-token-refused")
