"""Calls under /v1/models that several tests make."""

from typing import Any

import httpx

from tests.helpers.members import MemberClient

MODELS = "/v1/models"


async def create_model(person: MemberClient, **body: object) -> dict[str, Any]:
    """Return a new model, as reading it shows it."""
    response = await person.request("POST", MODELS, json={"name": "Me", "breasts": False} | body)
    assert response.status_code == 201, response.text
    return without_warnings(response)


async def create_variant(
    person: MemberClient, base: dict[str, object], **over: object
) -> dict[str, object]:
    """Return a new variant of a model."""
    response = await person.request(
        "POST", MODELS, json={"name": "With a binder", "based_on": base["id"]} | over
    )
    assert response.status_code == 201, response.text
    return without_warnings(response)


async def update_model(
    person: MemberClient, model: dict[str, Any], **changes: object
) -> dict[str, Any]:
    """Return a model after a change."""
    response = await person.request("PATCH", f"{MODELS}/{model['id']}", json=changes)
    assert response.status_code == 200, response.text
    return without_warnings(response)


async def read_model(person: MemberClient, model: dict[str, Any]) -> dict[str, Any]:
    """Return a model as it is stored now."""
    response = await person.request("GET", f"{MODELS}/{model['id']}")
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def without_warnings(saved: httpx.Response) -> dict[str, Any]:
    """Return the model of a response to a change, without its warnings."""
    answer: dict[str, Any] = saved.json()
    del answer["warnings"]
    return answer
