"""Each attack that can be recognised leaves its kind in the log, and nothing of a person."""

import json
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from dressform.crypto.sealing import DataKey, DecryptionError, MasterKeys
from dressform.crypto.secrets import new_key
from dressform.crypto.signing_keys import SigningKey
from dressform.crypto.tokens import AccessTokens
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.logging import security_events
from dressform.logging.formatters import JsonFormatter, RedactingFormatter
from dressform.logging.security_events import MAX_LINES, SecurityEvent, log_security_event
from dressform.settings.settings import Settings
from tests.conftest import MovableClock
from tests.helpers.auth import login, refresh
from tests.helpers.members import MemberClient
from tests.helpers.operators import FOUR, REQUESTS, WHY, become_operator
from tests.tools.generate import TOP


@pytest.fixture(autouse=True)
def counted_anew() -> Iterator[None]:
    security_events.reset()
    yield
    security_events.reset()


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.handler.setFormatter(RedactingFormatter("%(name)s: %(message)s"))
    return caplog


def lines_of(written: pytest.LogCaptureFixture) -> list[str]:
    name = "dressform.security: "
    return [line[len(name) :] for line in written.text.splitlines() if line.startswith(name)]


def assert_no_person(written: pytest.LogCaptureFixture, person: MemberClient) -> None:
    values = (person.username, person.email, person.password, person.refresh_token, FOUR)
    assert [value for value in values if value in written.text] == []
    assert re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-", written.text) == []


async def test_failed_logins_are_told_apart(
    client: httpx.AsyncClient, ada: MemberClient, written: pytest.LogCaptureFixture
) -> None:
    assert (await login(client, ada.email, "another password")).status_code == 401
    assert (await login(client, "grace@example.org", ada.password)).status_code == 401
    assert (await ada.sign_in()).status_code == 200

    assert lines_of(written) == ["login-wrong-password", "login-unknown"]
    assert_no_person(written, ada)


async def test_a_full_limit_is_told_with_its_name(
    client: httpx.AsyncClient, ada: MemberClient, written: pytest.LogCaptureFixture
) -> None:
    for _ in range(11):
        await login(client, ada.username, "another password")

    assert lines_of(written)[-1] == "rate-limit-full: login"
    assert_no_person(written, ada)


async def test_a_full_limit_whose_answer_tells_nothing_is_told(
    client: httpx.AsyncClient, ada: MemberClient, written: pytest.LogCaptureFixture
) -> None:
    for _ in range(8):
        await client.post("/v1/auth/password/forgot", json={"email": ada.email})

    assert "rate-limit-full: forgot" in lines_of(written)
    assert_no_person(written, ada)


async def test_a_replayed_refresh_token_is_told(
    ada: MemberClient, written: pytest.LogCaptureFixture, clock: MovableClock
) -> None:
    second = (await refresh(ada)).json()["refresh_token"]
    await refresh(ada, second)
    clock.advance(seconds=11)
    assert (await refresh(ada)).status_code == 401

    assert lines_of(written) == ["refresh-token-replayed"]
    assert_no_person(written, ada)


async def test_a_token_of_an_unknown_key_is_told(
    settings: Settings,
    ada: MemberClient,
    clock: MovableClock,
    written: pytest.LogCaptureFixture,
) -> None:
    forger = AccessTokens(
        [SigningKey.generate()], issuer=settings.public_url, audience=settings.public_url
    )
    ada.access_token = forger.sign(uuid4(), uuid4(), at=clock())
    assert (await ada.request("GET", "/v1/profiles/me")).status_code == 401

    assert lines_of(written) == ["access-token-unknown-key"]
    assert_no_person(written, ada)


async def test_an_expired_token_and_none_are_no_event(
    ada: MemberClient, clock: MovableClock, written: pytest.LogCaptureFixture
) -> None:
    clock.advance(hours=1)
    assert (await ada.request("GET", "/v1/profiles/me")).status_code == 401
    assert (await ada.client.get("/v1/profiles/me")).status_code == 401

    assert lines_of(written) == []


async def test_a_row_moved_to_another_member_is_told(
    uows: UnitOfWorkFactory, ada: MemberClient, written: pytest.LogCaptureFixture
) -> None:
    async with uows.transaction() as uow:
        await uow.connection.execute(
            text("UPDATE profile SET sealed = overlay(sealed placing '\\x00'::bytea from 20)")
        )
    answer = await ada.request("GET", "/v1/profiles/me")

    assert answer.status_code == 500
    assert "decryption-failed" in lines_of(written)
    assert_no_person(written, ada)


@pytest.mark.parametrize("sealed", [b"", b"\x02" * 40, b"\x01short", b"\x01" * 60])
def test_every_broken_seal_is_told(sealed: bytes, written: pytest.LogCaptureFixture) -> None:
    with pytest.raises(DecryptionError):
        DataKey.generate().open(sealed, "profile", uuid4(), 1)

    assert lines_of(written) == ["decryption-failed"]


def test_a_data_key_of_another_account_is_told(written: pytest.LogCaptureFixture) -> None:
    master = MasterKeys([("tests", new_key())])
    wrapped = master.wrap(DataKey.generate(), uuid4())
    with pytest.raises(DecryptionError):
        master.unwrap(wrapped, uuid4())

    assert lines_of(written) == ["decryption-failed"]


async def test_reading_full_addresses_is_told_and_truncated_ones_are_not(
    app: FastAPI, ada: MemberClient, written: pytest.LogCaptureFixture
) -> None:
    await become_operator(app, ada)
    for full in ("false", "true"):
        answer = await ada.request("GET", REQUESTS, params=WHY | {"full": full, "network": FOUR})
        assert answer.status_code == 200

    assert lines_of(written) == ["access-log-full-addresses"]
    assert_no_person(written, ada)


async def test_a_member_who_tries_to_read_the_log_is_told(
    ada: MemberClient, written: pytest.LogCaptureFixture
) -> None:
    assert (await ada.request("GET", REQUESTS, params=WHY)).status_code == 403

    assert lines_of(written) == ["operator-refused"]
    assert_no_person(written, ada)


@pytest.mark.parametrize(
    "header", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
async def test_a_page_of_another_site_is_told_without_its_origin(
    client: httpx.AsyncClient,
    ada: MemberClient,
    written: pytest.LogCaptureFixture,
    header: dict[str, str],
) -> None:
    answer = await client.post(
        "/v1/auth/refresh",
        headers=header | {"Cookie": f"dressform-refresh={ada.refresh_token}"},
    )
    assert answer.status_code == 403

    assert lines_of(written) == ["origin-refused"]
    assert "evil.example" not in written.text


def test_a_flood_of_events_does_not_fill_the_disk(
    monkeypatch: pytest.MonkeyPatch, written: pytest.LogCaptureFixture
) -> None:
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    for _ in range(1000):
        log_security_event(SecurityEvent.UNKNOWN_LOGIN)
    log_security_event(SecurityEvent.REPLAYED_REFRESH_TOKEN)
    now += timedelta(minutes=1).total_seconds()
    log_security_event(SecurityEvent.UNKNOWN_LOGIN)

    assert lines_of(written) == [
        *["login-unknown"] * MAX_LINES,
        "refresh-token-replayed",
        "login-unknown (and 990 more, not written)",
    ]


def test_the_kind_is_a_member_of_the_json_object(caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.setFormatter(JsonFormatter())
    log_security_event(SecurityEvent.RATE_LIMIT_FULL, "forgot")
    logging.getLogger("dressform").warning("another line")

    first, second = (json.loads(line) for line in caplog.text.splitlines())
    assert (first["event"], first["message"]) == ("rate-limit-full", "rate-limit-full: forgot")
    assert "event" not in second


def test_every_kind_is_documented() -> None:
    document = (TOP / "docs" / "security" / "logging.md").read_text()
    explained = re.findall(r"^\| `([a-z-]+)` \|", document, re.MULTILINE)

    assert explained == [event.value for event in SecurityEvent]
