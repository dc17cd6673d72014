"""A thief of a refresh token is found out, and cannot use the time that parallel pages are given."""

import hashlib
import hmac
from datetime import timedelta

import pytest
from sqlalchemy import text

from dressform.crypto.refresh_token_format import RefreshToken
from dressform.db.unit_of_work import UnitOfWorkFactory
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem
from tests.helpers.auth import erase, refresh, sessions
from tests.helpers.members import CreateMember, MemberClient

LIFETIME = timedelta(minutes=9)


async def use(person: MemberClient, token: str) -> str:
    response = await refresh(person, token)
    assert response.status_code == 200, response.text
    successor: str = response.json()["refresh_token"]
    return successor


async def assert_refused(person: MemberClient, token: str) -> None:
    assert_problem(await refresh(person, token), 401, "refresh-token-refused")


async def test_replay_after_ten_seconds_ends_the_session(
    ada: MemberClient, clock: MovableClock
) -> None:
    stolen = ada.refresh_token
    newest = await use(ada, await use(ada, stolen))
    clock.advance(seconds=11)

    await assert_refused(ada, stolen)

    await assert_refused(ada, newest)
    assert_problem(await ada.request("GET", "/v1/profiles/me"), 401, "unauthenticated")


async def test_thief_within_the_ten_seconds_is_found_out_by_the_next_refresh(
    ada: MemberClient, clock: MovableClock
) -> None:
    """Both have a working pair, and the second of them who refreshes ends what both have."""
    stolen = ada.refresh_token
    thiefs = await use(ada, stolen)
    clock.advance(seconds=5)
    owners = await use(ada, stolen)
    clock.advance(seconds=LIFETIME.seconds)
    thiefs = await use(ada, thiefs)
    clock.advance(seconds=30)

    await assert_refused(ada, owners)

    await assert_refused(ada, thiefs)


async def test_thief_who_refreshes_again_and_again_is_found_out_by_the_owners_next_refresh(
    ada: MemberClient, clock: MovableClock
) -> None:
    thiefs = owners = ada.refresh_token
    for _ in range(60):
        thiefs = await use(ada, thiefs)
        clock.advance(seconds=9)

    await assert_refused(ada, owners)

    await assert_refused(ada, thiefs)


async def test_thief_who_follows_within_seconds_of_the_owner_is_found_out_later(
    ada: MemberClient, clock: MovableClock
) -> None:
    """The thief rotates right after the owner once, so that it looks like two pages."""
    owners = thiefs = ada.refresh_token
    owners = await use(ada, owners)
    thiefs = await use(ada, await use(ada, thiefs))
    rounds = 0
    while rounds < 3:
        rounds += 1
        clock.advance(seconds=LIFETIME.seconds)
        response = await refresh(ada, owners)
        if response.status_code == 401:
            break
        owners = response.json()["refresh_token"]
        clock.advance(seconds=60)
        response = await refresh(ada, thiefs)
        if response.status_code == 401:
            break
        thiefs = response.json()["refresh_token"]

    assert rounds < 3
    await assert_refused(ada, owners)
    await assert_refused(ada, thiefs)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "change your password"), ("fr", "changez votre mot de passe")]
)
async def test_replay_tells_the_owner_by_mail_once(
    create_member: CreateMember, clock: MovableClock, language: str, words: str
) -> None:
    zoe = await create_member("zoe", language=language)
    stolen = zoe.refresh_token
    await use(zoe, await use(zoe, stolen))
    clock.advance(seconds=11)

    for _ in range(3):
        await assert_refused(zoe, stolen)

    mail = await zoe.mailbox.receive_one()
    assert mail["To"] == zoe.email
    assert mail["Content-Language"] == language
    assert words in mail.get_content().replace("\n", " ")


async def test_replay_of_an_account_that_was_erased_since_mails_nobody(
    ada: MemberClient, clock: MovableClock
) -> None:
    stolen = ada.refresh_token
    await use(ada, await use(ada, stolen))
    clock.advance(seconds=11)
    await ada.sign_in()
    await assert_refused(ada, stolen)
    assert (await erase(ada)).status_code == 204

    subjects = [mail["Subject"] for mail in await ada.mailbox.collect()]

    assert "One of your sessions was ended" not in subjects


async def test_parallel_uses_make_no_more_sessions(ada: MemberClient, clock: MovableClock) -> None:
    for _ in range(3):
        for token in [await use(ada, ada.refresh_token) for _ in range(5)]:
            await use(ada, token)
        clock.advance(seconds=1)

    assert len(await sessions(ada)) == 1


async def test_stored_marks_tell_no_time_to_who_has_the_keys_and_no_token(
    ada: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    """An operator computes the mark of each second of the day with all that is stored as secret.

    With the token the same computation names the second, which shows that it is the right one.
    """
    parsed = RefreshToken.parse(ada.refresh_token)
    assert parsed is not None
    clock.advance(seconds=1234)
    rotated_at = int(clock().timestamp())
    await use(ada, ada.refresh_token)
    row = await uows.read().connection.fetch_one(
        text("SELECT * FROM session WHERE id = :id"), {"id": ada.session_id}
    )
    marks = {row.use_marks[start : start + 8] for start in range(0, 256, 8)}
    key = uows.keyrings.refresh_tokens._keys[0]
    stored = [bytes(16), row.next_mark[:16], row.used_hash[:16], row.sealed[:16], row.id.bytes]

    def find_seconds(secret: bytes) -> list[int]:
        signed = b"use\0" + row.account_id.bytes + secret + row.id.bytes + (1).to_bytes(4)
        return [
            second
            for second in range(rotated_at - 3600, rotated_at + 3600)
            if hmac.digest(key, signed + second.to_bytes(8), hashlib.sha256)[:8] in marks
        ]

    assert find_seconds(parsed.secret) == [rotated_at]
    assert [find_seconds(secret) for secret in stored] == [[]] * len(stored)


async def test_stored_marks_have_the_same_length_after_any_number_of_rotations(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    lengths = set()
    for _ in range(40):
        ada.refresh_token = await use(ada, ada.refresh_token)
        row = await uows.read().connection.fetch_one(text("SELECT use_marks FROM session"))
        lengths.add(len(row.use_marks))

    assert lengths == {256}
