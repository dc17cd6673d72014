"""Erasure: everything of an account, at once and for good."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, text

from dressform.db.tables import Account, Base
from dressform.db.unit_of_work import UnitOfWorkFactory
from tests.conftest import MovableClock
from tests.helpers.consents import agree
from tests.helpers.databases import ACCOUNT_TABLES, OTHER_TABLES, count_all_rows
from tests.helpers.images import make_image
from tests.helpers.members import CreateMember, Mailbox, MemberClient

ERASURE = "/v1/privacy/erasure"
IMAGE = {"Content-Type": "image/png"}


async def live(person: MemberClient) -> str:
    """Use everything that an account can hold; gives the model's path."""
    await person.request("PATCH", "/v1/profiles/me", json={"bio": "I sew."})
    await person.request("PUT", "/v1/profiles/me/picture", content=make_image(), headers=IMAGE)
    model = f"/v1/models/{await person.add_model()}"
    body = {"name": "Me, too", "breasts": True}
    key = {"Idempotency-Key": "a-key"}
    assert (await person.request("POST", "/v1/models", json=body, headers=key)).is_success
    await person.request("PUT", f"{model}/avatar", content=make_image(), headers=IMAGE)
    assert (await agree(person, model_id=model.rpartition("/")[2])).status_code == 200
    await person.client.post("/v1/auth/refresh", json={"refresh_token": person.refresh_token})
    await person.client.post("/v1/auth/password/forgot", json={"email": person.email})
    await person.mailbox.collect()
    change = {"password": person.password, "new_email": f"new-{person.email}"}
    assert (await person.request("POST", "/v1/auth/email/change", json=change)).status_code == 202
    return model


async def erase(person: MemberClient, password: str | None = None) -> int:
    body = {"password": person.password if password is None else password}
    return (await person.request("POST", ERASURE, json=body)).status_code


def test_every_table_is_known_to_be_of_an_account_or_not() -> None:
    tables = {table.name for table in Base.metadata.sorted_tables}

    assert tables == OTHER_TABLES | ACCOUNT_TABLES | {"sign_up"}


@pytest.mark.parametrize(
    ("language", "subject"), [("en", "Your account is gone"), ("fr", "Votre compte est supprimé")]
)
async def test_not_one_row_is_left_and_one_mail_says_so(
    create_member: CreateMember,
    mailbox: Mailbox,
    uows: UnitOfWorkFactory,
    language: str,
    subject: str,
) -> None:
    ada = await create_member("ada", language=language)
    await live(ada)
    assert set(await count_all_rows(uows)) >= ACCOUNT_TABLES

    assert await erase(ada) == 204

    left = await count_all_rows(uows)
    assert set(left) <= OTHER_TABLES | {"mail"}
    assert left["mail"] == 1
    last = await mailbox.receive_one()
    assert last["To"] == ada.email
    assert subject in last["Subject"]
    assert "mail" not in await count_all_rows(uows)
    assert await mailbox.collect() == []


async def test_nothing_of_it_works_any_longer(
    ada: MemberClient, create_member: CreateMember
) -> None:
    grace = await create_member("grace")
    model = await live(ada)
    elsewhere = MemberClient(ada.client, ada.mailbox, "ada")
    await elsewhere.sign_in()

    await erase(ada)

    for path in ("/v1/profiles/me", model, f"{model}/avatar", "/v1/privacy/export"):
        assert (await ada.request("GET", path)).status_code == 401
        assert (await elsewhere.request("GET", path)).status_code == 401
    refresh = {"refresh_token": elsewhere.refresh_token}
    assert (await ada.client.post("/v1/auth/refresh", json=refresh)).status_code == 401
    assert (await ada.sign_in()).status_code == 401
    assert await erase(ada) == 401
    assert (await grace.request("GET", "/v1/profiles/ada")).status_code == 404
    assert (await grace.request("GET", "/v1/profiles/ada/picture")).status_code == 404


async def test_the_others_keep_what_is_theirs(
    ada: MemberClient, create_member: CreateMember, uows: UnitOfWorkFactory
) -> None:
    grace = await create_member("grace")
    model = await live(grace)
    before = await count_all_rows(uows)
    await ada.add_model()

    await erase(ada)

    after = await count_all_rows(uows)
    assert after["model"] == before["model"]
    assert after["avatar"] == before["avatar"]
    assert after["account"] == before["account"] - 1
    assert (await grace.request("GET", model)).status_code == 200


async def test_the_address_is_free_again_and_the_name_after_thirty_days(
    ada: MemberClient, create_member: CreateMember, mailbox: Mailbox, clock: MovableClock
) -> None:
    await ada.add_model()
    await erase(ada)
    await mailbox.collect()
    await create_member("grace", email=ada.email)
    assert (
        await MemberClient(ada.client, mailbox, "ada", email="eve@example.org").register()
    ).status_code == 409
    clock.advance(days=30)

    again = await create_member("ada", email="ada.again@example.org")

    assert (await again.request("GET", "/v1/models")).json()["items"] == []
    assert (await again.request("GET", "/v1/profiles/me")).json()["bio"] is None


async def test_other_registrations_of_the_address_go_along(
    client: httpx.AsyncClient, mailbox: Mailbox, uows: UnitOfWorkFactory
) -> None:
    """Those made after the account too, with the mails that wait for the address, in any spelling."""
    ada = MemberClient(client, mailbox, "ada")
    await ada.register()
    await ada.confirm()
    for name, email in (("ada2", ada.email), ("ada3", "ADA@example.org")):
        await MemberClient(client, mailbox, name, email=email).register()
    await client.post("/v1/auth/password/forgot", json={"email": ada.email})
    other = MemberClient(client, mailbox, "bea")
    await other.register()
    assert (await count_all_rows(uows))["sign_up"] == 3

    assert await erase(ada) == 204

    left = await count_all_rows(uows)
    assert (left["sign_up"], left["mail"]) == (1, 2)
    subjects = {message["To"]: message["Subject"] for message in await mailbox.collect()}
    assert subjects == {
        ada.email: "Your account is gone",
        other.email: "Confirm your e-mail address",
    }
    await client.post("/v1/auth/resend", json={"email": ada.email})
    assert await mailbox.collect() == []


async def test_a_wrong_password_erases_nothing(ada: MemberClient, mailbox: Mailbox) -> None:
    assert await erase(ada, "not the password") == 403

    assert (await ada.request("GET", "/v1/profiles/me")).status_code == 200
    assert await mailbox.collect() == []


async def test_who_is_restricted_can_be_erased(ada: MemberClient, uows: UnitOfWorkFactory) -> None:
    restriction = {"restricted": True, "password": ada.password}
    await ada.request("PUT", "/v1/privacy/restriction", json=restriction)

    assert await erase(ada) == 204

    assert "account" not in await count_all_rows(uows)


async def test_what_runs_while_the_account_goes_is_answered_and_leaves_nothing(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    model = f"/v1/models/{await ada.add_model()}"
    body = {"name": "Late", "breasts": False}
    requests = [
        *(ada.request("POST", "/v1/models", json=body) for _ in range(8)),
        *(ada.request("PATCH", model, json={"measurements": {"neck": 400}}) for _ in range(4)),
        *(ada.request("PATCH", "/v1/profiles/me", json={"language": "fr"}) for _ in range(4)),
        *(
            ada.request("PUT", "/v1/profiles/me/picture", content=make_image(), headers=IMAGE)
            for _ in range(4)
        ),
        *(
            ada.request("PUT", f"{model}/avatar", content=make_image(), headers=IMAGE)
            for _ in range(4)
        ),
        *(ada.request("GET", "/v1/privacy/export") for _ in range(4)),
    ]

    erased, *answers = await asyncio.gather(
        ada.request("POST", ERASURE, json={"password": ada.password}), *requests
    )

    assert erased.status_code == 204
    assert {answer.status_code for answer in answers} <= {200, 201, 204, 401, 404, 429, 503}
    assert set(await count_all_rows(uows)) <= OTHER_TABLES | {"mail"}


async def somebody_waits(uows: UnitOfWorkFactory) -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while True:
        uow = uows.read()
        if (await uow.connection.execute(waiting)).scalar_one():
            return
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("route", "body", "status"),
    [
        ("POST /v1/models", {"json": {"name": "Late", "breasts": False}}, 401),
        ("PATCH /v1/profiles/me", {"json": {"bio": "Late"}}, 401),
        ("PATCH /v1/profiles/me", {"json": {"language": "fr"}}, 401),
        ("PUT /v1/profiles/me/picture", {"content": make_image()}, 401),
        ("PATCH {model}", {"json": {"name": "Late"}}, 404),
        ("DELETE {model}", {}, 401),
        ("PUT {model}/avatar", {"content": make_image()}, 404),
    ],
)
async def test_a_change_that_meets_the_erasure_half_way_finds_nothing(
    ada: MemberClient, uows: UnitOfWorkFactory, route: str, body: dict[str, Any], status: int
) -> None:
    model = f"/v1/models/{await ada.add_model()}"
    async with uows.transaction() as uow:
        await uow.connection.execute(delete(Account))
        request = asyncio.create_task(ada.request(*route.format(model=model).split(), **body))
        await asyncio.wait_for(somebody_waits(uows), 10)

    answer = await request

    assert answer.status_code == status, answer.text
    assert set(await count_all_rows(uows)) <= OTHER_TABLES
