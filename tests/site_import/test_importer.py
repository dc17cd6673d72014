"""What becomes of the accounts of a FreeSewing move.site."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from dressform.policy.periods import start_of_day, start_of_month
from dressform.repositories.accounts import Accounts
from dressform.site_import.outcomes import Note, Refusal
from dressform.worker.tasks import WorkerTasks
from tests.helpers.auth import erase, login
from tests.helpers.databases import count_all_rows
from tests.helpers.freesewing_sites import (
    MEASUREMENTS,
    OLD_MEASUREMENTS,
    PASSWORD,
    SECRET,
    SqliteSite,
    encode_password,
    encrypt_user,
    make_person,
    make_user,
)
from tests.helpers.members import CreateMember, Mailbox, MemberClient
from tests.site_import.conftest import SiteMove


async def get(client: httpx.AsyncClient, path: str, token: str) -> Any:
    response = await client.get(path, headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 200, response.text
    return response.json()


async def sign_in(client: httpx.AsyncClient, name: str, password: str = PASSWORD) -> str:
    response = await login(client, name, password)
    assert response.status_code == 200, response.text
    return str(response.json()["access_token"])


def write(path: Path, **collections: Any) -> Path:
    path.write_text(json.dumps(collections))
    return path


@pytest.mark.parametrize("kind", ["v3", "v2"])
async def test_account_of_version_3_comes_whole_and_signs_in_with_its_password(
    move: SiteMove, client: httpx.AsyncClient, kind: str
) -> None:
    seen = move.clock() - timedelta(days=40, hours=5)
    ada = move.site.add_user(
        "Ada.L",
        seen=seen,
        bio="I sew my own coats.",
        imperial=1,
        language="fr",
        password=encode_password(PASSWORD, kind),
    )
    move.site.add_set(ada, "Me, 2024", MEASUREMENTS)
    move.site.add_set(ada, "--", json.dumps({"waist": 700, "wast": 3}))

    report = await move.run(move.site.save())

    assert (report.imported, report.models) == (1, 2)
    assert dict(report.records) == {Note.MEASUREMENTS_LEFT_OUT: [ada]}
    stored = await move.get_stored("ada.l@example.org")
    assert stored.last_login_at == start_of_day(seen)
    assert stored.created_at == start_of_month(datetime.fromisoformat("2024-05-01T00:00:00Z"))
    assert (stored.unit, stored.language) == ("in", "fr")
    assert stored.password_hash.startswith({"v3": "$scrypt$", "v2": "$2a$"}[kind])
    assert (await login(client, "ada.l", "not the password")).status_code == 401
    token = await sign_in(client, "ada.l")
    renewed = await move.get_stored("ada.l@example.org")
    assert renewed.password_hash.startswith("$argon2id$")
    assert renewed.last_login_at == start_of_day(move.clock())
    await sign_in(client, "Ada.L@example.org")
    profile = await get(client, "/v1/profiles/me", token)
    assert (profile["username"], profile["bio"]) == ("Ada.L", "I sew my own coats.")
    models = (await get(client, "/v1/models", token))["items"]
    assert [each["name"] for each in models] == ["Me, 2024", "Model 2"]
    found = await get(client, f"/v1/models/{models[0]['id']}", token)
    assert found["measurements"] == MEASUREMENTS


@pytest.mark.parametrize("encrypted", [True, False])
async def test_account_of_version_2_comes_whole_and_signs_in_with_its_password(
    move: SiteMove, client: httpx.AsyncClient, tmp_path: Path, *, encrypted: bool
) -> None:
    """Names of measurements of its first years are the present ones."""
    login_at = move.clock() - timedelta(days=3)
    social = {"github": "", "instagram": "graceh", "twitter": "javascript:alert(1)"}
    grace = make_user("Grace", login=login_at, bio="Bonjour", social=social)
    grace["settings"]["units"] = "imperial"
    people = [make_person(grace, "Moi", OLD_MEASUREMENTS)]
    users = {"a": encrypt_user(grace) if encrypted else grace}

    report = await move.run(write(tmp_path / "dump.json", users=users, people=people))

    assert (report.imported, report.models) == (1, 1)
    assert dict(report.records) == {
        Note.PROFILE_INCOMPLETE: [1],  # An account on a network that would be a script.
        Note.MEASUREMENTS_LEFT_OUT: [1],  # hpsToHipsBack, which no pattern uses any more.
    }
    stored = await move.get_stored("grace@example.org")
    assert stored.last_login_at == start_of_day(login_at)
    assert stored.unit == "in"
    token = await sign_in(client, "grace")
    assert (await move.get_stored("grace@example.org")).password_hash.startswith("$argon2id$")
    profile = await get(client, "/v1/profiles/me", token)
    assert profile["social_accounts"] == {"instagram": "graceh"}
    (model,) = (await get(client, "/v1/models", token))["items"]
    found = await get(client, f"/v1/models/{model['id']}", token)
    assert (found["name"], found["breasts"]) == ("Moi", False)
    assert found["measurements"] == {"chest": 1105.5, "waist": 880}


async def test_no_consent_is_taken_over_from_either_version(
    move: SiteMove, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    """Version 2 said yes by default; the opt-in of version 3 was to another text, without a model."""
    move.site.add_user("ada", seen=move.clock(), consent=2)
    dump = write(tmp_path / "dump.json", users=[make_user("grace", login=move.clock())])

    report = await move.run(move.site.save())
    await move.run(dump)

    assert dict(report.records) == {Note.OPEN_DATA: [1]}
    for name in ("ada", "grace"):
        export = await get(client, "/v1/privacy/export", await sign_in(client, name))
        assert not export.get("dataset_consent")


@pytest.mark.parametrize(
    ("reason", "columns"),
    [
        (Refusal.UNCONFIRMED, {"status": 0}),
        (Refusal.BLOCKED, {"status": -2}),
        (Refusal.BLOCKED, {"role": "blocked"}),
        (Refusal.WITHOUT_CONSENT, {"consent": 0}),
        (Refusal.ADDRESS_INVALID, {"email": "ada at example.org"}),
        (Refusal.ADDRESS_INVALID, {"email": ""}),
    ],
)
async def test_account_that_may_not_be_moved_is_named_with_the_reason(
    move: SiteMove, reason: Refusal, columns: dict[str, Any]
) -> None:
    move.site.add_user("bob", seen=move.clock())
    refused = move.site.add_user("ada", seen=move.clock(), **columns)

    report = await move.run(move.site.save())

    assert (report.imported, dict(report.records)) == (1, {reason: [refused]})
    assert (await count_all_rows(move.uows))["account"] == 1


async def test_damaged_account_is_named_and_the_others_come(move: SiteMove) -> None:
    bob = move.site.add_user("bob", seen=move.clock())
    move.site.add_set(bob, "Damaged", {}, raw='{"iv": "00", "ct": "zz"}')
    other_key = SqliteSite(move.site.path.with_name("other"), "another key").encrypt(
        "a@example.org"
    )
    damaged = move.site.add_user("ada", seen=move.clock())
    move.site._database.execute('UPDATE "User" SET email = ? WHERE id = ?', (other_key, damaged))

    report = await move.run(move.site.save())

    assert report.imported == 1
    assert dict(report.records) == {Note.SETS_LEFT_OUT: [bob], Refusal.UNREADABLE: [damaged]}


async def test_retention_goes_on_from_the_last_login_at_the_old_site(
    move: SiteMove, client: httpx.AsyncClient, mailbox: Mailbox, worker_tasks: WorkerTasks
) -> None:
    """It is announced and deleted as every account; one whose 12 months are over does not come."""
    over = move.site.add_user("old", seen=move.clock() - timedelta(days=366))
    move.site.add_user("never", seen=None, createdAt=int(move.clock().timestamp() * 1000))
    move.site.add_user("ada", seen=move.clock() - timedelta(days=345))

    report = await move.run(move.site.save())

    assert (report.imported, dict(report.records)) == (2, {Refusal.EXPIRED: [over]})
    await worker_tasks.run_once()
    assert [each["To"] for each in await mailbox.collect()] == ["ada@example.org"]
    ends_at = (await move.get_stored("ada@example.org")).expires_at
    assert ends_at == start_of_day(move.clock() + timedelta(days=20))
    move.clock.at = ends_at
    assert (await worker_tasks.run_once())[1].rows == 1
    assert await Accounts(move.uows.read()).get_for_sign_in("ada@example.org") is None
    assert (await login(client, "ada", PASSWORD)).status_code == 401
    await sign_in(client, "never")


async def test_restricted_account_stays_restricted_and_has_the_longer_period(
    move: SiteMove, client: httpx.AsyncClient
) -> None:
    ada = move.site.add_user("ada", seen=move.clock() - timedelta(days=700), status=-1)
    over = move.site.add_user("eve", seen=move.clock() - timedelta(days=1100), status=-1)

    report = await move.run(move.site.save())

    assert dict(report.records) == {Note.RESTRICTED: [ada], Refusal.EXPIRED: [over]}
    assert (await move.get_stored("ada@example.org")).restricted_at == start_of_day(move.clock())
    await sign_in(client, "ada")
    shown = await client.get("/v1/profiles/ada")
    assert shown.status_code in {401, 404}


async def test_second_import_changes_nothing_not_even_for_an_erased_account(
    move: SiteMove, client: httpx.AsyncClient, mailbox: Mailbox
) -> None:
    for number in range(5):
        move.site.add_set(
            move.site.add_user(f"tailor{number}", seen=move.clock()), "Me", MEASUREMENTS
        )
    path = move.site.save()
    await move.run(path)
    tailor = MemberClient(client, mailbox, "tailor3", password=PASSWORD)
    assert (await tailor.sign_in()).status_code == 200
    assert (await erase(tailor)).status_code == 204
    before = await count_all_rows(move.uows)

    report = await move.run(path)

    assert (report.imported, report.skipped) == (0, 5)
    assert await count_all_rows(move.uows) == before
    assert before["account"] == 4


async def test_dry_run_decides_the_same_and_stores_nothing(move: SiteMove) -> None:
    """Two names that look alike are found although neither is stored."""
    move.site.add_set(move.site.add_user("kimberly", seen=move.clock()), "Me", MEASUREMENTS)
    move.site.add_user("k1mberly", seen=move.clock())
    move.site.add_user("gone", seen=move.clock() - timedelta(days=900))
    move.site.add_user("Ada", seen=move.clock(), email="KIMBERLY@example.org", ehash="-")
    path = move.site.save()
    before = await count_all_rows(move.uows)

    planned = await move.run(path, dry_run=True)

    assert await count_all_rows(move.uows) == before
    assert planned == await move.run(path)
    assert dict(planned.records) == {
        Note.RENAMED: [2],
        Refusal.EXPIRED: [3],
        Refusal.ADDRESS_TAKEN: [4],
    }


async def test_limit_stops_and_the_next_run_goes_on(move: SiteMove) -> None:
    for number in range(7):
        move.site.add_user(f"tailor{number}", seen=move.clock())
    path = move.site.save()

    runs = [await move.run(path, limit=3) for _ in range(4)]

    assert [each.imported for each in runs] == [3, 3, 1, 0]
    assert [each.skipped for each in runs] == [0, 3, 6, 7]
    assert (await count_all_rows(move.uows))["account"] == 7


async def test_address_with_an_account_here_is_refused_and_that_account_stays(
    move: SiteMove, create_member: CreateMember
) -> None:
    ada = await create_member("ada")
    taken = move.site.add_user("lovelace", seen=move.clock(), email="Ada@EXAMPLE.org")
    before = await count_all_rows(move.uows)

    report = await move.run(move.site.save())

    assert (report.imported, dict(report.records)) == (0, {Refusal.ADDRESS_TAKEN: [taken]})
    assert await count_all_rows(move.uows) == before
    assert (await ada.sign_in()).status_code == 200


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ("ADA", "ADA-2"),
        ("admin", "member-"),
        ("jane doe+", "jane-doe"),
        ("Zo\u00eb", "Zoe"),
        ("\u6c34", "member-"),
        ("x", "x-2"),
        ("sewist.com", "sewist-com"),
        ("a" * 60, "a" * 30),
    ],
)
async def test_name_that_is_taken_or_refused_is_replaced_and_its_member_told(
    move: SiteMove,
    create_member: CreateMember,
    client: httpx.AsyncClient,
    mailbox: Mailbox,
    *,
    wanted: str,
    got: str,
) -> None:
    await create_member("ada")
    bob = move.site.add_user(wanted, seen=move.clock(), email="bob@example.org", language="fr")

    report = await move.run(move.site.save())

    assert dict(report.records) == {Note.RENAMED: [bob]}
    mail = await mailbox.receive_one()
    assert (mail["To"], mail["Content-Language"]) == ("bob@example.org", "fr")
    token = await sign_in(client, "bob@example.org")
    username = (await get(client, "/v1/profiles/me", token))["username"]
    assert username.startswith(got)
    await sign_in(client, username)


async def test_account_whose_hash_is_none_signs_in_by_mail_alone(
    move: SiteMove, client: httpx.AsyncClient
) -> None:
    ada = move.site.add_user("ada", seen=move.clock(), password='{"type":"v9"}')

    report = await move.run(move.site.save())

    assert dict(report.records) == {Note.WITHOUT_PASSWORD: [ada]}
    assert (await login(client, "ada", PASSWORD)).status_code == 401


async def test_last_use_in_the_future_counts_as_today(move: SiteMove) -> None:
    move.site.add_user("ada", seen=move.clock() + timedelta(days=900))
    move.site.add_user("bea", seen=(move.clock() - timedelta(days=2)).isoformat(" "))
    move.site.rename_column("lastSeen", "lastSignIn")

    await move.run(move.site.save())

    assert (await move.get_stored("ada@example.org")).last_login_at == start_of_day(move.clock())
    bea = await move.get_stored("bea@example.org")
    assert bea.last_login_at == start_of_day(move.clock() - timedelta(days=2))


async def test_more_sets_than_an_account_can_have_are_told(move: SiteMove) -> None:
    ada = move.site.add_user("ada", seen=move.clock())
    for number in range(102):
        move.site.add_set(ada, f"Set {number}", {"waist": 700 + number})
    move.site.add_set(ada, "Empty", {})

    report = await move.run(move.site.save())

    assert (report.models, dict(report.records)) == (100, {Note.SETS_LEFT_OUT: [ada]})


async def test_hundreds_of_accounts_of_version_2_come_once_each(
    move: SiteMove, tmp_path: Path
) -> None:
    """In a dump as MongoDB exports it, of which every tenth is over and every hundredth damaged."""
    users, people = [], []
    for number in range(300):
        days = 400 if number % 10 == 9 else number
        user = make_user(f"tailor{number:03}x", login=move.clock() - timedelta(days=days))
        people.append(make_person(user, f"Person {number}", OLD_MEASUREMENTS))
        users.append(encrypt_user(user, "another key" if number % 100 == 50 else SECRET))
    dump = write(tmp_path / "dump.json", users=users, models=people)
    damaged, over = [51, 151, 251], list(range(10, 301, 10))

    first, second = await move.run(dump), await move.run(dump)

    assert (first.imported, first.models, first.skipped) == (267, 267, 0)
    assert first.records[Refusal.EXPIRED] == over
    assert first.records[Refusal.UNREADABLE] == damaged
    assert (second.imported, second.skipped, second.looked_at) == (0, 267, 300)
    assert (await count_all_rows(move.uows))["model"] == 267


async def test_two_imports_at_the_same_time_import_each_account_once(move: SiteMove) -> None:
    for number in range(30):
        move.site.add_user(f"tailor{number:02}x", seen=move.clock())
    path = move.site.save()

    reports = await asyncio.gather(move.run(path), move.run(path))

    assert sum(each.imported for each in reports) == 30
    assert [each.looked_at for each in reports] == [30, 30]
    assert not any(each.records for each in reports)
    assert (await count_all_rows(move.uows))["account"] == 30


async def test_erased_account_can_come_again_when_it_is_forgotten(
    move: SiteMove, client: httpx.AsyncClient, mailbox: Mailbox
) -> None:
    """After 30 days nothing tells that it was here, also while the worker has not deleted the row."""
    move.site.add_user("ada", seen=move.clock())
    path = move.site.save()
    await move.run(path)
    ada = MemberClient(client, mailbox, "ada", password=PASSWORD)
    assert (await ada.sign_in()).status_code == 200
    assert (await erase(ada)).status_code == 204
    move.clock.advance(days=31)

    report = await move.run(path)

    assert (report.imported, report.skipped) == (1, 0)
