"""Agreeing to the open dataset, and withdrawing it."""

from typing import Any

import httpx
from sqlalchemy import text, update

from dressform.database import Units
from dressform.opendata.consent import CURRENT
from dressform.tables import DatasetConsent
from tests.people import Person

CONSENTS = "/v1/privacy/consents"
CONSENT = f"{CONSENTS}/open-dataset"

AGREED: dict[str, Any] = {
    "given": True,
    "text_version": CURRENT["en"].version,
    "language": "en",
}

NOON, LATER = "2026-03-01T12:00:00Z", "2026-03-01T12:04:00Z"
NEVER = {
    "key": "open-dataset",
    "given": False,
    "given_at": None,
    "withdrawn_at": None,
    "language": None,
    "text_version": None,
    "text_sha256": None,
    "model_id": None,
    "drawn_in": None,
}
GIVEN = NEVER | {
    "given": True,
    "given_at": NOON,
    "language": "en",
    "text_version": CURRENT["en"].version,
    "text_sha256": CURRENT["en"].sha256.hex(),
}
"""As it is told of a member who agreed at noon."""


async def agree(person: Person, **over: object) -> httpx.Response:
    return await person.ask("PUT", CONSENT, json=AGREED | over)


async def withdraw(person: Person) -> httpx.Response:
    return await person.ask("PUT", CONSENT, json={"given": False})


async def consent_of(person: Person, **asked: str) -> dict[str, Any]:
    """As it is told, the text included."""
    answer = await person.ask("GET", CONSENTS, params=asked)
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["items"]
    consent: dict[str, Any] = found
    return consent


async def rows(units: Units) -> list[Any]:
    async with units.reading() as unit:
        found = await unit.connection.execute(text("SELECT * FROM dataset_consent"))
        return list(found.mappings())


async def mark(units: Units, **marks: object) -> None:
    """As a draw does, or an earlier text had done."""
    async with units.writing() as unit:
        await unit.connection.execute(update(DatasetConsent).values(**marks))
