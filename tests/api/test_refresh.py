import asyncio

import pytest
from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem
from tests.helpers.auth import refresh, sessions
from tests.helpers.members import CreateMember, MemberClient


async def test_each_refresh_gives_the_next_token(ada: MemberClient, clock: MovableClock) -> None:
    first = ada.refresh_token
    clock.advance(minutes=9)

    renewed = (await refresh(ada)).json()

    assert renewed["refresh_token"] != first
    assert (await refresh(ada, renewed["refresh_token"])).status_code == 200
    clock.advance(minutes=5)
    assert (await ada.request("GET", "/v1/auth/sessions")).status_code == 401
    ada.access_token = renewed["access_token"]
    assert (await ada.request("GET", "/v1/auth/sessions")).status_code == 200


async def test_refresh_ten_at_once_all_work_and_one_session_lives(ada: MemberClient) -> None:
    """With more requests than connections; of the ten successors the first that is used goes on."""
    answers = await asyncio.gather(*(refresh(ada) for _ in range(10)))

    assert [answer.status_code for answer in answers] == [200] * 10
    successors = [answer.json()["refresh_token"] for answer in answers]
    assert len(set(successors)) == 10
    assert (await refresh(ada, successors[3])).status_code == 200
    assert (await ada.request("GET", "/v1/profiles/me")).status_code == 200
    assert len(await sessions(ada)) == 1


async def test_refresh_whose_answer_was_lost_can_be_repeated(
    ada: MemberClient, clock: MovableClock
) -> None:
    for _ in range(3):
        await refresh(ada)  # Nobody reads the answer.
        clock.advance(days=1)

    renewed = await refresh(ada)

    assert renewed.status_code == 200
    ada.refresh_token = renewed.json()["refresh_token"]
    ada.access_token = renewed.json()["access_token"]
    assert (await refresh(ada)).status_code == 200
    assert (await ada.request("GET", "/v1/profiles/me")).status_code == 200


async def test_refresh_by_two_who_hold_the_same_token_ends_the_session(
    ada: MemberClient, clock: MovableClock
) -> None:
    """A thief may go first or second: one of the two comes with a sibling that nobody used."""
    owners = (await refresh(ada)).json()["refresh_token"]
    thiefs = (await refresh(ada)).json()["refresh_token"]
    await ada.sign_in()

    clock.advance(minutes=8)
    first = await refresh(ada, thiefs)
    clock.advance(seconds=11)
    second = await refresh(ada, owners)

    assert first.status_code == 200
    assert_problem(second, 401, "refresh-token-refused")
    assert "ended" in second.json()["detail"]
    newest = first.json()["refresh_token"]
    assert_problem(await refresh(ada, newest), 401, "refresh-token-refused")
    assert len(await sessions(ada)) == 1
    assert (await ada.request("GET", "/v1/profiles/me")).status_code == 200


async def test_refresh_with_a_replayed_token_ends_the_access_tokens_too(
    ada: MemberClient, clock: MovableClock
) -> None:
    stolen = ada.refresh_token
    successor = (await refresh(ada)).json()["refresh_token"]
    await refresh(ada, successor)
    clock.advance(seconds=11)

    assert_problem(await refresh(ada, stolen), 401, "refresh-token-refused")

    assert_problem(await ada.request("GET", "/v1/profiles/me"), 401, "unauthenticated")


@pytest.mark.parametrize("place", [0, 18, 23, 30, 56, 60, 80, 103])
async def test_refresh_with_a_forged_token_changes_nothing(ada: MemberClient, place: int) -> None:
    """The session's id, the generation, the second, the secret, the nonce, the signature."""
    genuine = ada.refresh_token
    other = "A" if genuine[place] != "A" else "B"

    forged = await refresh(ada, genuine[:place] + other + genuine[place + 1 :])

    assert_problem(forged, 401, "refresh-token-refused")
    assert (await refresh(ada, genuine)).status_code == 200


async def test_refresh_token_of_another_account_continues_nothing(
    ada: MemberClient,
    uows: UnitOfWorkFactory,
    create_member: CreateMember,
) -> None:
    """Whoever can write to the database but has no key can't turn a session into another's."""
    eve = await create_member("mallory")
    async with uows.transaction() as uow:
        await uow.connection.execute(
            text(
                "UPDATE session SET account_id = (SELECT account_id FROM session WHERE id = :ada) "
                "WHERE id = :eve"
            ),
            {"ada": ada.session_id, "eve": eve.session_id},
        )

    assert_problem(await refresh(eve), 401, "refresh-token-refused")
    assert (await ada.request("GET", "/v1/profiles/me")).json()["username"] == "ada"
    assert_problem(await eve.request("GET", "/v1/profiles/me"), 401, "unauthenticated")


async def test_refresh_with_an_older_token_ends_the_session(
    ada: MemberClient, clock: MovableClock
) -> None:
    first = ada.refresh_token
    for _ in range(3):
        ada.refresh_token = (await refresh(ada)).json()["refresh_token"]
    clock.advance(seconds=11)

    assert_problem(await refresh(ada, first), 401, "refresh-token-refused")
    assert_problem(await refresh(ada), 401, "refresh-token-refused")


async def test_session_ends_for_good_ninety_days_after_the_first_of_its_month(
    ada: MemberClient, clock: MovableClock
) -> None:
    """The login is on 1 March 2026 at noon."""
    for _ in range(89):
        clock.advance(days=1)
        ada.refresh_token = (await refresh(ada)).json()["refresh_token"]
    clock.advance(hours=11, minutes=59)
    last = (await refresh(ada)).json()
    ada.access_token = last["access_token"]
    (only,) = await sessions(ada)

    clock.advance(minutes=1)

    assert only["signed_in_on"] == "2026-03-01"
    assert only["renewed_on"] == "2026-05-29"
    assert only["expires_at"] == "2026-05-30T00:00:00Z"
    assert_problem(await ada.request("GET", "/v1/profiles/me"), 401, "unauthenticated")
    assert_problem(await refresh(ada, last["refresh_token"]), 401, "refresh-token-refused")
