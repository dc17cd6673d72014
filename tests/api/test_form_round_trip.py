"""A form that is filled from a response and sent back whole changes nothing that was not edited."""

from typing import Any

import pytest
from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.sewing.catalogue import CATALOGUE
from tests.conftest import MovableClock
from tests.helpers.auth import renew
from tests.helpers.members import MemberClient
from tests.helpers.models import MODELS, create_model, create_variant, read_model

FORMATS = [
    (unit, language) for unit in ("mm", "cm", "in", "account") for language in ("en", "fr", None)
]
VALUES = [1105, 1104.9, 0.1, 1e-300, 10_000, 9_999.999, 1.105, 1 / 3, 25.4, 793.7500001, 419.1]
TYPED = {
    "neck": "16 1/2 in",
    "waist": "81 cm",
    "chest": "1.1055 m",
    "head": "~ 57,5 cm",
    "shoulderSlope": "13,5",
}


async def stored(uows: UnitOfWorkFactory) -> list[Any]:
    """Return every stored model to the byte, also its version."""
    query = text("SELECT id, version, position, base_id, sealed FROM model ORDER BY position")
    return [tuple(row) for row in await uows.read().connection.execute(query)]


async def read_form(
    member: MemberClient, model: dict[str, Any], unit: str, language: str | None
) -> Any:
    params = {"unit": unit} | ({"language": language} if language else {})
    return (await member.request("GET", f"{MODELS}/{model['id']}", params=params)).json()


async def save(member: MemberClient, model: dict[str, Any], **changes: object) -> dict[str, Any]:
    response = await member.request("PATCH", f"{MODELS}/{model['id']}", json=changes)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


@pytest.mark.parametrize("value", VALUES)
async def test_any_value_comes_back_in_any_unit_and_language(
    ada: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock, value: float
) -> None:
    numbers = {name: value for name in CATALOGUE if name != "shoulderSlope"} | {
        "shoulderSlope": 12.75
    }
    model = await create_model(ada, breasts=True, measurements=numbers)
    before = await stored(uows)
    clock.advance(days=1)
    await renew(ada)

    for unit, language in FORMATS:
        form = await read_form(ada, model, unit, language)
        shown = form["display"]["measurements"]
        assert shown.keys() == numbers.keys()
        await save(ada, model, name=form["name"], breasts=form["breasts"], measurements=shown)
        await save(ada, model, unit="in", measurements=shown)

    assert await stored(uows) == before
    assert (await read_model(ada, model))["updated_on"] == "2026-03-01"


@pytest.mark.parametrize(("unit", "language"), FORMATS)
async def test_what_was_typed_stays_when_the_form_is_saved(
    ada: MemberClient, uows: UnitOfWorkFactory, unit: str, language: str | None
) -> None:
    model = await create_model(ada, unit="in", measurements=TYPED)
    before = await stored(uows)

    form = await read_form(ada, model, unit, language)
    await save(ada, model, measurements=form["display"]["measurements"])
    await save(ada, model, measurements=form["measurements"])
    for name, entered in form["entered"].items():
        in_unit = {} if entered["unit"] == "deg" else {"unit": entered["unit"]}
        await save(ada, model, **in_unit, measurements={name: entered["text"]})

    assert await stored(uows) == before


@pytest.mark.parametrize(("unit", "language"), FORMATS)
async def test_a_variant_keeps_inheriting_what_was_not_edited(
    ada: MemberClient, uows: UnitOfWorkFactory, unit: str, language: str | None
) -> None:
    base = await create_model(ada, breasts=True, measurements={"chest": 1105, "neck": "16 1/3 in"})
    variant = await create_variant(ada, base, measurements={"waist": "81 cm"})
    before = await stored(uows)

    form = await read_form(ada, variant, unit, language)
    await save(ada, variant, breasts=form["breasts"], measurements=form["display"]["measurements"])
    await save(ada, variant, measurements=form["measurements"])

    assert await stored(uows) == before
    await save(ada, base, measurements={"chest": 1200})
    assert (await read_model(ada, variant))["measurements"]["chest"] == 1200


async def test_only_the_edited_field_of_a_form_changes(ada: MemberClient) -> None:
    model = await create_model(ada, measurements={"chest": 1105, "waist": 810, "neck": 419})
    form = (await read_form(ada, model, "in", None))["display"]["measurements"]
    assert form["chest"] == "≈ 43 1/2 in"

    after = await save(ada, model, measurements=form | {"waist": "≈ 32 in", "neck": ""})

    assert after["measurements"] == {"chest": 1105, "waist": 812.8}
    assert after["entered"] == {"waist": {"text": "≈ 32 in", "unit": "in"}}


async def test_a_new_text_is_compared_with_what_is_stored_now(ada: MemberClient) -> None:
    model = await create_model(ada, measurements={"chest": 1105})
    await save(ada, model, measurements={"chest": 1000})

    after = await save(ada, model, measurements={"chest": "≈ 43 1/2 in"})

    assert after["measurements"] == {"chest": 1104.9}


async def test_making_and_changing_show_the_texts_too(ada: MemberClient) -> None:
    body = {"name": "Me", "breasts": False, "measurements": {"chest": 1104.5}}
    made = await ada.request("POST", f"{MODELS}?unit=cm&language=fr", json=body)
    path = made.headers["Location"]
    changed = await ada.request(
        "PATCH", f"{path}?unit=account", json={"measurements": {"neck": 419}}
    )
    read = await ada.request("GET", f"{path}?unit=account")

    assert made.json()["display"] == {
        "unit": "cm",
        "language": "fr",
        "measurements": {"chest": "110,45 cm"},
    }
    assert changed.json()["display"] == read.json()["display"]
    assert (await ada.request("POST", f"{MODELS}?unit=ell", json=body)).status_code == 422
    assert (await ada.request("PATCH", f"{path}?language=de", json={})).status_code == 422


async def test_texts_are_in_the_language_of_the_account(ada: MemberClient) -> None:
    model = await create_model(ada, measurements={"chest": 1104.5})
    await ada.request("PATCH", "/v1/profiles/me", json={"language": "fr", "unit": "cm"})

    page = (await ada.request("GET", f"{MODELS}?unit=account")).json()

    assert page["items"][0]["display"]["measurements"] == {"chest": "110,45 cm"}
    form = await read_form(ada, model, "account", "en")
    assert form["display"]["measurements"] == {"chest": "110.45 cm"}
