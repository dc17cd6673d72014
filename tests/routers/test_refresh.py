import asyncio

from tests.answers import assert_problem
from tests.auth_calls import refresh, sessions
from tests.conftest import MovableClock
from tests.people import Person


async def test_each_refresh_gives_the_next_token(ada: Person, clock: MovableClock) -> None:
    first = ada.refresh_token
    clock.advance(minutes=9)

    renewed = (await refresh(ada)).json()

    assert renewed["refresh_token"] != first
    assert (await refresh(ada, renewed["refresh_token"])).status_code == 200
    clock.advance(minutes=5)
    assert (await ada.ask("GET", "/v1/auth/sessions")).status_code == 401
    ada.access_token = renewed["access_token"]
    assert (await ada.ask("GET", "/v1/auth/sessions")).status_code == 200


async def test_of_ten_parallel_refreshes_one_gets_through(ada: Person) -> None:
    """With more requests than connections, all at once; the session lives on."""
    answers = await asyncio.gather(*(refresh(ada) for _ in range(10)))

    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 9
    for answer in answers:
        if answer.status_code == 401:
            assert_problem(answer, 401, "refresh-token-refused")
    (winner,) = (answer for answer in answers if answer.is_success)
    assert (await refresh(ada, winner.json()["refresh_token"])).status_code == 200
    assert (await ada.ask("GET", "/v1/profiles/me")).status_code == 200


async def test_a_used_token_that_comes_back_at_once_is_only_refused(
    ada: Person, clock: MovableClock
) -> None:
    renewed = (await refresh(ada)).json()["refresh_token"]
    clock.advance(seconds=10)

    assert_problem(await refresh(ada), 401, "refresh-token-refused")

    assert (await ada.ask("GET", "/v1/profiles/me")).status_code == 200
    assert (await refresh(ada, renewed)).status_code == 200


async def test_a_used_token_that_comes_back_later_ends_its_family(
    ada: Person, clock: MovableClock
) -> None:
    stolen = ada.refresh_token
    newest = (await refresh(ada)).json()["refresh_token"]
    await ada.sign_in()
    other = ada.access_token
    clock.advance(seconds=10, milliseconds=1)

    answer = await refresh(ada, stolen)

    assert_problem(answer, 401, "refresh-token-refused")
    assert "ended" in answer.json()["detail"]
    assert_problem(await refresh(ada, newest), 401, "refresh-token-refused")
    assert len(await sessions(ada)) == 1
    ada.access_token = other
    assert (await ada.ask("GET", "/v1/profiles/me")).status_code == 200


async def test_a_familys_access_token_ends_with_it(ada: Person, clock: MovableClock) -> None:
    await refresh(ada)
    clock.advance(seconds=11)

    await refresh(ada)

    assert_problem(await ada.ask("GET", "/v1/profiles/me"), 401, "not-signed-in")


async def test_an_older_ancestor_ends_the_family_too(ada: Person, clock: MovableClock) -> None:
    first = ada.refresh_token
    for _ in range(3):
        ada.refresh_token = (await refresh(ada)).json()["refresh_token"]
        clock.advance(seconds=11)

    assert_problem(await refresh(ada, first), 401, "refresh-token-refused")
    assert_problem(await refresh(ada), 401, "refresh-token-refused")


async def test_ninety_days_after_the_login_it_ends_for_good(
    ada: Person, clock: MovableClock
) -> None:
    for _ in range(89):
        clock.advance(days=1)
        ada.refresh_token = (await refresh(ada)).json()["refresh_token"]
    clock.advance(hours=23, minutes=59)
    last = (await refresh(ada)).json()
    ada.access_token = last["access_token"]
    (only,) = await sessions(ada)

    clock.advance(minutes=1)

    assert only["ends_at"] == "2026-05-30T12:00:00Z"
    assert_problem(await ada.ask("GET", "/v1/profiles/me"), 401, "not-signed-in")
    assert_problem(await refresh(ada, last["refresh_token"]), 401, "refresh-token-refused")
