"""No worker runs here at all: what is past its window can't be read or used all the same."""

from datetime import datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.account_data import PROFILE
from dressform.policy.operation_data import VISITOR
from dressform.policy.sign_in_data import ONE_TIME_TOKEN, SESSION, SIGN_UP
from dressform.repositories.access_log import AccessLogEntries
from dressform.repositories.access_log_query import AccessLogFilter
from dressform.repositories.accounts import Accounts
from dressform.repositories.expired_rows import MAX_GRACE_PERIOD
from dressform.repositories.sessions import Sessions
from tests.conftest import MovableClock
from tests.helpers.access_log import list_records
from tests.helpers.coarse_times import end_of
from tests.helpers.images import make_image
from tests.helpers.members import PASSWORD, CreateMember, Mailbox, MemberClient

SECOND = timedelta(seconds=1)


async def stay_signed_in(
    app: FastAPI, uows: UnitOfWorkFactory, person: MemberClient, at: datetime
) -> None:
    """A session ends long before its account does: add another one, which is no login."""
    async with uows.transaction() as uow:
        found = await Accounts(uow).get_by_email(person.email)
        assert found is not None
        session = await Sessions(uow).add(found.owner)
    tokens = app.state.dressform.tokens
    person.access_token = tokens.sign(session.account_id, session.session_id, at=at)


async def furnish(person: MemberClient) -> str:
    await person.request("PATCH", "/v1/profiles/me", json={"bio": "I sew."})
    await person.request("PUT", "/v1/profiles/me/picture", content=make_image())
    model = await person.add_model()
    await person.request("PUT", f"/v1/models/{model}/avatar", content=make_image())
    return model


async def test_twelve_months_after_the_last_login(
    app: FastAPI, uows: UnitOfWorkFactory, clock: MovableClock, create_member: CreateMember
) -> None:
    """A second earlier all of it is there for its owner and the others; then nothing is."""
    ada, bob = await create_member("ada"), await create_member("bob")
    model = await furnish(ada)
    end = end_of(PROFILE, clock())
    own = ["/v1/profiles/me", "/v1/profiles/me/picture", "/v1/models", "/v1/auth/sessions"]
    own += [f"/v1/models/{model}", f"/v1/models/{model}/avatar"]
    others = ["/v1/profiles/ada", "/v1/profiles/ada/picture"]

    clock.at = end - SECOND
    await bob.sign_in()
    await stay_signed_in(app, uows, ada, clock())
    before = [(await ada.request("GET", path)).status_code for path in own]
    before += [(await bob.request("GET", path)).status_code for path in others]
    assert (
        (await ada.request("GET", "/v1/profiles/me"))
        .json()["expires_at"]
        .startswith("2027-03-01T00:00:00")
    )

    clock.at = end
    after = [(await ada.request("GET", path)).status_code for path in own]
    after += [(await bob.request("GET", path)).status_code for path in others]
    changes = [
        await ada.request("PATCH", "/v1/profiles/me", json={"bio": "Back."}),
        await ada.request("PATCH", f"/v1/models/{model}", json={"name": "Back"}),
        await ada.request("DELETE", f"/v1/models/{model}"),
        await ada.request(
            "POST", "/v1/models", json={"name": "x", "breasts": True, "measurements": {}}
        ),
        await ada.client.post("/v1/auth/refresh", json={"refresh_token": ada.refresh_token}),
    ]
    # Had she been warned, which no worker did, she could not even sign in: she waits until here.
    clock.at = end + MAX_GRACE_PERIOD
    changes += [await ada.sign_in(), await ada.sign_in(ada.email)]

    assert before == [200] * 8
    assert after == [401] * 6 + [404] * 2
    assert {response.status_code for response in changes} == {401}


async def test_a_login_at_the_last_second_begins_twelve_months_anew(
    clock: MovableClock, ada: MemberClient
) -> None:
    first_end = end_of(PROFILE, clock())
    model = await furnish(ada)
    clock.at = first_end - SECOND
    assert (await ada.sign_in()).status_code == 200

    clock.at = end_of(PROFILE, first_end - SECOND) - SECOND
    assert (await ada.sign_in()).status_code == 200
    assert (await ada.request("GET", f"/v1/models/{model}")).status_code == 200


async def test_renewing_a_session_is_no_login(clock: MovableClock, ada: MemberClient) -> None:
    began = (await ada.request("GET", "/v1/profiles/me")).json()
    clock.advance(days=30)
    renewed = await ada.client.post("/v1/auth/refresh", json={"refresh_token": ada.refresh_token})
    ada.access_token = renewed.json()["access_token"]

    now = (await ada.request("GET", "/v1/profiles/me")).json()
    assert now["expires_at"] == began["expires_at"]
    assert now["last_login_on"] == began["last_login_on"]


async def test_nothing_is_mailed_to_an_account_that_is_over(
    clock: MovableClock, ada: MemberClient, mailbox: Mailbox
) -> None:
    clock.at = end_of(PROFILE, clock()) + MAX_GRACE_PERIOD
    await ada.client.post("/v1/auth/password/forgot", json={"email": ada.email})

    assert await mailbox.collect() == []


async def test_a_link_of_before_does_not_bring_an_ended_account_back(
    clock: MovableClock, ada: MemberClient, mailbox: Mailbox
) -> None:
    end = end_of(PROFILE, clock())
    clock.at = end - SECOND
    await ada.client.post("/v1/auth/password/forgot", json={"email": ada.email})
    token = await mailbox.token()
    clock.at = end

    reset = {"token": token, "new_password": "nine bobbins in a velvet drawer"}
    assert (await ada.client.post("/v1/auth/password/reset", json=reset)).status_code == 410


@pytest.mark.parametrize(("early", "status"), [(SECOND, 200), (timedelta(0), 401)])
async def test_a_session_ends_for_good(
    app: FastAPI, clock: MovableClock, ada: MemberClient, early: timedelta, status: int
) -> None:
    renewed = await ada.client.post("/v1/auth/refresh", json={"refresh_token": ada.refresh_token})
    account = app.state.dressform.tokens.verify(renewed.json()["access_token"], at=clock())
    end = end_of(SESSION, clock())
    token = {"refresh_token": renewed.json()["refresh_token"]}
    while end - clock() > timedelta(days=25):  # A session that is not refreshed ends sooner.
        clock.advance(days=25)
        renewed = await ada.client.post("/v1/auth/refresh", json=token)
        token = {"refresh_token": renewed.json()["refresh_token"]}
    clock.at = end - early
    ada.access_token = app.state.dressform.tokens.sign(
        account.account_id, account.session_id, at=clock()
    )

    answers = [
        await ada.request("GET", "/v1/profiles/me"),
        await ada.request("GET", "/v1/auth/sessions"),
        await ada.client.post("/v1/auth/refresh", json=token),
    ]
    assert {response.status_code for response in answers} == {status}


@pytest.mark.parametrize(("early", "status"), [(SECOND, 200), (timedelta(0), 410)])
async def test_a_registration_waits_for_seven_days(
    client: httpx.AsyncClient,
    clock: MovableClock,
    mailbox: Mailbox,
    early: timedelta,
    status: int,
) -> None:
    await MemberClient(client, mailbox, "ada").register()
    token = await mailbox.token()
    clock.at = end_of(SIGN_UP, clock()) - early

    body = {"token": token, "password": PASSWORD}
    response = await client.post("/v1/auth/verify-email", json=body)
    assert response.status_code == status


@pytest.mark.parametrize(("early", "sent"), [(SECOND, 1), (timedelta(0), 0)])
async def test_no_new_link_for_a_registration_that_ran_out(
    client: httpx.AsyncClient, clock: MovableClock, mailbox: Mailbox, early: timedelta, sent: int
) -> None:
    ada = MemberClient(client, mailbox, "ada")
    await ada.register()
    await mailbox.collect()
    clock.at = end_of(SIGN_UP, clock()) - early
    await client.post("/v1/auth/resend", json={"email": ada.email})

    assert len(await mailbox.collect()) == sent


@pytest.mark.parametrize(("early", "told"), [(SECOND, 1), (timedelta(0), 0)])
async def test_a_registration_that_ran_out_is_not_told_that_its_name_is_taken(
    ada: MemberClient, clock: MovableClock, mailbox: Mailbox, early: timedelta, told: int
) -> None:
    await MemberClient(ada.client, mailbox, "bea").register()
    await mailbox.collect()
    clock.at = end_of(SIGN_UP, clock()) - early
    await ada.sign_in()

    renamed = await ada.request("PATCH", "/v1/profiles/me", json={"username": "bea"})

    assert renamed.status_code == 200
    assert len(await mailbox.collect()) == told


@pytest.mark.parametrize(("early", "status"), [(SECOND, 409), (timedelta(0), 410)])
async def test_a_used_link_is_known_for_the_seven_days_of_its_registration(
    client: httpx.AsyncClient, clock: MovableClock, mailbox: Mailbox, early: timedelta, status: int
) -> None:
    ada = MemberClient(client, mailbox, "ada")
    await ada.register()
    token = await mailbox.token()
    assert (await ada.confirm(token)).status_code == 200
    clock.at = end_of(SIGN_UP, clock()) - early

    assert (await ada.confirm(token)).status_code == status


@pytest.mark.parametrize(("early", "status"), [(SECOND, 204), (timedelta(0), 410)])
async def test_a_mailed_link_works_until_the_hour_after_the_next(
    clock: MovableClock, ada: MemberClient, mailbox: Mailbox, early: timedelta, status: int
) -> None:
    await ada.client.post("/v1/auth/password/forgot", json={"email": ada.email})
    token = await mailbox.token()
    clock.at = end_of(ONE_TIME_TOKEN, clock()) - early

    reset = {"token": token, "new_password": "nine bobbins in a velvet drawer"}
    response = await ada.client.post("/v1/auth/password/reset", json=reset)
    assert response.status_code == status


async def test_an_address_of_six_months_ago_is_not_found(
    app: FastAPI, client: httpx.AsyncClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    began = clock()
    await client.get("/health/live")
    await list_records(app)

    clock.at = VISITOR.period.expires_at(began) - SECOND
    async with uows.transaction() as uow:
        (found,) = await (await AccessLogEntries.assume_role(uow)).search(
            AccessLogFilter(), limit=10
        )
    clock.at += SECOND
    async with uows.transaction() as uow:
        none = await (await AccessLogEntries.assume_role(uow)).search(AccessLogFilter(), limit=10)

    assert (found.at, none) == (began, [])


async def test_the_account_is_still_in_the_table(
    uows: UnitOfWorkFactory, clock: MovableClock, ada: MemberClient
) -> None:
    """What the tests above could not read was there: nobody had removed it."""
    clock.at = end_of(PROFILE, clock())
    uow = uows.read()
    stored = (await uow.connection.execute(text("SELECT count(*) FROM account"))).scalar_one()
    read = await Accounts(uow).get_by_email(ada.email)

    assert (stored, read) == (1, None)
