"""Agreeing to the open dataset, and withdrawing it."""

from typing import Any

import httpx

from dressform.opendata.consent import CURRENT
from tests.people import Person

CONSENTS = "/v1/privacy/consents"
CONSENT = f"{CONSENTS}/open-dataset"

AGREED: dict[str, Any] = {
    "given": True,
    "text_version": CURRENT["en"].version,
    "language": "en",
}


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
