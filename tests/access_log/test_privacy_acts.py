"""The log does not tell one privacy act from another: its day and its address could name a member."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from dressform.db.errors import DatabaseError
from dressform.logging.formatters import RedactingFormatter
from dressform.settings.settings import Settings
from tests.helpers.access_log import Record, list_records
from tests.helpers.auth import erase, restrict
from tests.helpers.consents import agree, withdraw
from tests.helpers.databases import transaction
from tests.helpers.members import MemberClient

Act = Callable[[MemberClient], Awaitable[httpx.Response]]

ACTS: dict[str, Act] = {
    "agree": agree,
    "withdraw": withdraw,
    "consents": lambda ada: ada.request("GET", "/v1/privacy/consents"),
    "export": lambda ada: ada.request("GET", "/v1/privacy/export"),
    "restrict": restrict,
    "lift": lambda ada: restrict(ada, restricted=False),
    "erase": erase,
    "wrong password": lambda ada: ada.request(
        "POST", "/v1/privacy/erasure", json={"password": "not the password"}
    ),
    "old text": lambda ada: agree(ada, text_version="0"),
    "nothing sent": lambda ada: ada.request("PUT", "/v1/privacy/restriction"),
    "wrong verb": lambda ada: ada.request("GET", "/v1/privacy/erasure"),
    "signed out": lambda ada: ada.client.get("/v1/privacy/export"),
}


def told(record: Record) -> tuple[object, ...]:
    """All that a row says beside who asked and when."""
    return record.method, record.route, record.status, record.duration_us


@pytest.mark.parametrize("act", ACTS)
async def test_row_of_privacy_act_is_the_same_whichever_it_was(
    app: FastAPI, ada: MemberClient, act: str
) -> None:
    before = len(await list_records(app))

    await ACTS[act](ada)

    (record,) = (await list_records(app))[before:]
    assert told(record) == ("ANY", "/v1/privacy/*", 200, 0)
    assert str(record.address) == "127.0.0.1"


@pytest.mark.parametrize("path", ["/v1/privacy/notice", "/v1/privacy/status"])
async def test_row_of_what_everybody_reads_tells_all(
    app: FastAPI, client: httpx.AsyncClient, path: str
) -> None:
    await client.get(path)

    (record,) = await list_records(app)
    assert (record.method, record.route, record.status) == ("GET", path, 200)
    assert record.duration_us > 0


async def test_row_of_what_is_refused_to_a_restricted_member_tells_no_more(
    app: FastAPI, ada: MemberClient
) -> None:
    """Else the first refusal would say what the act before it was."""
    await restrict(ada)
    before = len(await list_records(app))

    assert (await ada.request("GET", "/v1/profiles/ada")).status_code == 403

    (record,) = (await list_records(app))[before:]
    assert told(record) == ("ANY", "/v1/privacy/*", 200, 0)


@pytest.mark.parametrize("act", ["export", "erase", "agree"])
async def test_failure_of_privacy_act_says_nowhere_which_it_was(
    app: FastAPI, ada: MemberClient, settings: Settings, act: str
) -> None:
    """Neither in the row nor in the log of errors, whose time is that of the row."""
    before = len(await list_records(app))
    table = {"export": "picture", "erase": "mail", "agree": "dataset_consent"}[act]
    raising = httpx.ASGITransport(app)
    async with (
        renamed(settings, table),
        httpx.AsyncClient(transport=raising, base_url="http://localhost") as client,
    ):
        ada.client = client
        with pytest.raises(DatabaseError) as caught:  # Which uvicorn would write to the log.
            await ACTS[act](ada)

    (record,) = (await list_records(app))[before:]
    assert told(record) == ("ANY", "/v1/privacy/*", 500, 0)
    error = (type(caught.value), caught.value, caught.value.__traceback__)
    entry = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, "failed", None, error)
    line = RedactingFormatter("%(message)s").format(entry)
    assert "UndefinedTableError 42P01" in line
    assert "dressform." not in line


@asynccontextmanager
async def renamed(settings: Settings, table: str) -> AsyncIterator[None]:
    """A database that lacks a table for a while."""
    async with transaction(settings) as connection:
        await connection.execute(text(f"ALTER TABLE {table} RENAME TO away"))
    yield
    async with transaction(settings) as connection:
        await connection.execute(text(f"ALTER TABLE away RENAME TO {table}"))
