"""The whole of it, as one person lives it: from registering to the end of the window."""

import asyncio
from datetime import UTC, datetime

from fastapi import FastAPI
from sqlalchemy import text

from dressform.db.tables import Account, Avatar, DatasetConsent, Model, Picture, Profile
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.worker.tasks import WorkerTasks
from tests.conftest import MovableClock
from tests.helpers.access_log import as_log_role
from tests.helpers.consents import agree, withdraw
from tests.helpers.databases import count_rows
from tests.helpers.images import make_image
from tests.helpers.members import Mailbox, MemberClient


async def count_log(uows: UnitOfWorkFactory) -> int:
    async with as_log_role(uows) as uow:
        return int(await uow.connection.scalar(text("SELECT count(*) FROM access_log")))


async def test_a_member_from_the_first_visit_to_the_end(  # noqa: PLR0917
    app: FastAPI,
    ada: MemberClient,
    uows: UnitOfWorkFactory,
    worker_tasks: WorkerTasks,
    mailbox: Mailbox,
    clock: MovableClock,
) -> None:
    changed = await ada.request(
        "PATCH",
        "/v1/profiles/me",
        json={"bio": "I sew.", "social_accounts": {"mastodon": "@ada@sewing.example"}},
    )
    assert changed.status_code == 200, changed.text
    kept = await ada.request(
        "PUT",
        "/v1/profiles/me/picture",
        content=make_image(),
        headers={"Content-Type": "image/png"},
    )
    assert kept.status_code == 204, kept.text

    first = await ada.add_model(name="Me")
    second = await ada.add_model(name="Sam", breasts=True, measurements={"highBust": 880.5})
    avatar = await ada.request("PUT", f"/v1/models/{second}/avatar", content=make_image())
    assert avatar.status_code == 204, avatar.text

    listed = (await ada.request("GET", "/v1/models")).json()
    assert [model["name"] for model in listed["items"]] == ["Me", "Sam"]
    assert listed["items"][1]["measurements"] == {"highBust": 880.5}
    assert (await ada.request("DELETE", f"/v1/models/{first}")).status_code == 204
    assert (await ada.request("GET", f"/v1/models/{first}")).status_code == 404

    assert (await agree(ada, model_id=second)).json()["granted"] is True
    assert "agreed to the open dataset" in (await mailbox.receive_one())["Subject"]
    assert (await withdraw(ada)).json()["granted"] is False
    assert "open dataset is withdrawn" in (await mailbox.receive_one())["Subject"]
    assert (await agree(ada)).json()["granted"] is True
    await mailbox.receive_one()

    while app.state.shipper.backlog:
        await asyncio.sleep(0.05)
    assert await count_log(uows) > 0
    clock.at = datetime(2026, 9, 1, 12, tzinfo=UTC)
    await worker_tasks.run_once()
    assert await count_log(uows) == 0
    assert await count_rows(uows, Account) == 1

    clock.at = datetime(2027, 2, 1, 12, tzinfo=UTC)
    await worker_tasks.run_once()
    assert "Your account ends on 2027-03-01" in (await mailbox.receive_one())["Subject"]

    clock.at = datetime(2027, 3, 1, 12, tzinfo=UTC)
    assert (await ada.sign_in()).status_code == 401
    await worker_tasks.run_once()
    tables = (Account, Profile, Picture, Model, Avatar, DatasetConsent)
    assert [await count_rows(uows, table) for table in tables] == [0] * 6


async def test_the_door_of_registering_looks_the_same_for_all(
    ada: MemberClient, mailbox: Mailbox
) -> None:
    again = MemberClient(ada.client, mailbox, "other", email=ada.email)

    response = await again.register()

    assert response.status_code == 202
    assert "already" in (await mailbox.receive_one())["Subject"]
