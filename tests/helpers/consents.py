"""Agreeing to the open dataset, and withdrawing it."""

from typing import Any

import httpx
from sqlalchemy import text, update

from dressform.db.tables import DatasetConsent
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.opendata.consent import CURRENT
from tests.helpers.members import MemberClient
from tests.opendata.members import consent_again_sql

CONSENTS = "/v1/privacy/consents"
CONSENT = f"{CONSENTS}/open-dataset"

AGREED: dict[str, Any] = {
    "granted": True,
    "text_version": CURRENT["en"].version,
    "language": "en",
}

TODAY, TOMORROW = "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"
NEVER = {
    "key": "open-dataset",
    "granted": False,
    "granted_at": None,
    "withdrawn_at": None,
    "language": None,
    "text_version": None,
    "text_sha256": None,
    "model_id": None,
    "drawn_year": None,
    "history": [],
}
GIVEN = NEVER | {
    "granted": True,
    "granted_at": TODAY,
    "language": "en",
    "text_version": CURRENT["en"].version,
    "text_sha256": CURRENT["en"].sha256.hex(),
}
"""As it is told of a member who agreed today, without the history."""


def act(what: str, on: str = TODAY, *, language: str = "en", **over: object) -> dict[str, object]:
    """Return an entry of the history, for the current text."""
    text_ = CURRENT[language]
    told = {"text_version": text_.version, "text_sha256": text_.sha256.hex()}
    return {
        "act": what,
        "acted_at": on,
        "language": language,
        **told,
        "drawn_year": None,
        **over,
    }


def consent_state(*history: dict[str, object], **over: object) -> dict[str, object]:
    """Return the response for a member who agreed today and did nothing more, with changes."""
    return GIVEN | {"history": list(history) or [act("given")]} | over


async def agree(person: MemberClient, **over: object) -> httpx.Response:
    return await person.request("PUT", CONSENT, json=AGREED | over)


async def withdraw(person: MemberClient) -> httpx.Response:
    return await person.request("PUT", CONSENT, json={"granted": False})


async def consent_of(person: MemberClient, **asked: str) -> dict[str, Any]:
    """Return the consent of a member with its text."""
    answer = await person.request("GET", CONSENTS, params=asked)
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["items"]
    consent: dict[str, Any] = found
    return consent


async def rows(uows: UnitOfWorkFactory) -> list[Any]:
    uow = uows.read()
    found = await uow.connection.execute(text("SELECT * FROM dataset_consent"))
    return [dict(row) for row in found]


async def acts(uows: UnitOfWorkFactory) -> list[Any]:
    """Return the rows of consent acts, as psql shows them."""
    query = text("SELECT * FROM dataset_consent_act ORDER BY account_id, number")
    uow = uows.read()
    return [dict(row) for row in await uow.connection.execute(query)]


async def agreed_to_an_earlier_text(uows: UnitOfWorkFactory) -> None:
    """Change the stored consents to an earlier version of the text."""
    async with uows.transaction() as uow:
        await uow.connection.execute(text(consent_again_sql("2026-03-01", version="0", who="true")))


async def mark(uows: UnitOfWorkFactory, **marks: object) -> None:
    """Mark the accounts as a draw does."""
    async with uows.transaction() as uow:
        await uow.connection.execute(update(DatasetConsent).values(**marks))
