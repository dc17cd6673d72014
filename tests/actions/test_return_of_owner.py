"""While an account waits for a warning past its 12 months, its owner comes back by signing in."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.account_data import PROFILE
from dressform.repositories.accounts import Accounts
from dressform.repositories.expired_rows import MAX_GRACE_PERIOD
from dressform.worker.tasks import WorkerTasks
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem, comparable_response
from tests.helpers.auth import erase, login
from tests.helpers.coarse_times import end_of
from tests.helpers.members import CreateMember, MemberClient, token_of
from tests.helpers.retention import warn

DAY = timedelta(days=1)


async def test_sign_in_while_account_waits_begins_the_window_anew(
    ada: MemberClient, uows: UnitOfWorkFactory, worker_tasks: WorkerTasks, clock: MovableClock
) -> None:
    model = await ada.add_model()
    clock.at = end_of(PROFILE, clock()) + 10 * DAY
    await worker_tasks.run_once()  # It writes a late warning, with a link back.
    ((link,),) = [[token_of(one) for one in await ada.mailbox.collect()]]

    assert (await ada.sign_in(ada.email)).status_code == 200

    assert (await ada.request("GET", f"/v1/models/{model}")).status_code == 200
    me = (await ada.request("GET", "/v1/profiles/me")).json()
    assert datetime.fromisoformat(me["expires_at"]) == end_of(PROFILE, clock())
    uow = uows.read()
    warned = "SELECT last_notice_days, warned_at, reactivation_token_hash FROM account"
    assert (await uow.connection.execute(text(warned))).one() == (None, None, None)
    reopened = await ada.client.post("/v1/auth/reopen", json={"token": link})
    assert_problem(reopened, 410, "link-invalid")
    clock.at += MAX_GRACE_PERIOD
    await worker_tasks.run_once()
    assert (await ada.sign_in()).status_code == 200


async def test_owner_of_waiting_account_exports_and_erases_it(
    ada: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    clock.at = end_of(PROFILE, clock()) + 29 * DAY

    assert (await ada.sign_in("ada")).status_code == 200
    assert (await ada.request("GET", "/v1/privacy/export")).json()["profile"]["email"] == ada.email
    assert (await erase(ada)).status_code == 204

    uow = uows.read()
    assert await uow.connection.scalar(text("SELECT count(*) FROM account")) == 0


async def test_wrong_password_for_waiting_account_answers_as_for_nobody(
    ada: MemberClient, uows: UnitOfWorkFactory, create_member: CreateMember, clock: MovableClock
) -> None:
    clock.at = end_of(PROFILE, clock()) + DAY

    known = await login(ada.client, ada.email, "not the password")
    unknown = await login(ada.client, "nobody@example.org", "not the password")

    assert_problem(known, 401, "wrong-credentials")
    assert comparable_response(known) == comparable_response(unknown)
    bob = await create_member("bob")
    assert (await bob.request("GET", "/v1/profiles/ada")).status_code == 404
    assert (await bob.request("GET", "/v1/profiles/ada/picture")).status_code == 404


@pytest.mark.parametrize("name", ["ada", "ada@example.org"])
async def test_sign_in_after_the_wait_is_refused(
    ada: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock, name: str
) -> None:
    """Whether or not the worker has deleted the account yet."""
    clock.at = end_of(PROFILE, clock()) + MAX_GRACE_PERIOD

    assert_problem(await ada.sign_in(name), 401, "wrong-credentials")


async def test_sign_in_of_owner_warned_in_time_is_refused_at_the_end(
    ada: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    uow = uows.read()
    found = await Accounts(uow).get_by_login("ada")
    assert found is not None
    await warn(uows, found.owner)
    clock.at = end_of(PROFILE, clock())

    assert_problem(await ada.sign_in(), 401, "wrong-credentials")
