"""Measurements as people type them: kept in millimetres, and given back to the letter."""

import pytest

from tests.helpers.members import MemberClient
from tests.helpers.models import MODELS, create_model, read_model, update_model

NECK = {"neck": {"text": "16 1/2", "unit": "in"}}


async def test_what_was_typed_comes_back_as_typed(ada: MemberClient) -> None:
    typed = {"chest": " 43 ½ in", "neck": "16 1/2", "hips": "92,8 cm", "shoulderSlope": "13°"}

    model = await create_model(ada, unit="in", measurements=typed | {"waist": 32})

    assert model["measurements"] == {
        "chest": 1104.9,
        "neck": 419.1,
        "hips": 928,
        "shoulderSlope": 13,
        "waist": 812.8,
    }
    assert model["entered"] == NECK | {
        "chest": {"text": " 43 ½ in", "unit": "in"},
        "hips": {"text": "92,8 cm", "unit": "cm"},
        "shoulderSlope": {"text": "13°", "unit": "deg"},
    }
    assert await read_model(ada, model) == model


async def test_a_number_sent_back_as_it_was_read_keeps_what_was_typed(ada: MemberClient) -> None:
    model = await create_model(ada, unit="in", measurements={"neck": "16 1/2", "chest": 43.5})

    after = await update_model(ada, model, name="Again", measurements=model["measurements"])

    assert after == model | {"name": "Again"}


@pytest.mark.parametrize(
    ("change", "typed"),
    [
        ({"neck": 420}, {}),
        ({"neck": None}, {}),
        ({"neck": "42 cm"}, {"neck": {"text": "42 cm", "unit": "cm"}}),
        ({"neck": "419.10 mm"}, {"neck": {"text": "419.10 mm", "unit": "mm"}}),
        ({"neck": "419.1 mm"}, NECK),
        ({"neck": ""}, {}),
        ({"neck": " "}, {}),
        ({"chest": 1}, NECK),
    ],
)
async def test_another_value_takes_the_place_of_what_was_typed(
    ada: MemberClient, change: dict[str, object], typed: dict[str, object]
) -> None:
    model = await create_model(ada, unit="in", measurements={"neck": "16 1/2"})

    after = await update_model(ada, model, measurements=change)

    assert after["entered"] == typed
    assert await read_model(ada, model) == after


async def test_a_variant_shows_what_was_typed_for_its_base(ada: MemberClient) -> None:
    base = await create_model(ada, unit="in", measurements={"neck": "16 1/2", "chest": "43"})
    body = {"name": "Bra", "based_on": base["id"], "measurements": {"chest": 1100}}

    variant = (await ada.request("POST", MODELS, json=body)).json()

    assert variant["entered"] == NECK


@pytest.mark.parametrize(
    ("unit", "shown"),
    [
        ("mm", {"chest": "1105 mm", "neck": "419.1 mm", "shoulderSlope": "13°"}),
        ("cm", {"chest": "110.5 cm", "neck": "41.91 cm", "shoulderSlope": "13°"}),
        ("in", {"chest": "≈ 43 1/2 in", "neck": "16 1/2 in", "shoulderSlope": "13°"}),
    ],
)
async def test_people_read_it_in_the_unit_they_ask_for(
    ada: MemberClient, unit: str, shown: dict[str, str]
) -> None:
    measurements = {"chest": 1105, "neck": "16 1/2 in", "shoulderSlope": 13, "underbust": 900}
    model = await create_model(ada, measurements=measurements)

    response = await ada.request("GET", f"{MODELS}/{model['id']}", params={"unit": unit})
    page = await ada.request("GET", MODELS, params={"unit": unit})

    display = {"unit": unit, "language": "en", "measurements": shown}
    assert response.json() == model | {"display": display}
    assert page.json()["items"] == [response.json()]


async def test_the_account_has_a_unit_of_its_own(ada: MemberClient) -> None:
    model = await create_model(ada, measurements={"chest": 1105})
    path = f"{MODELS}/{model['id']}"

    before = (await ada.request("GET", path, params={"unit": "account"})).json()
    profile = await ada.request("PATCH", "/v1/profiles/me", json={"unit": "in"})
    after = (await ada.request("GET", path, params={"unit": "account"})).json()

    assert profile.json()["unit"] == "in"
    assert (await ada.request("GET", "/v1/profiles/me")).json()["unit"] == "in"
    assert before["display"] == {
        "unit": "cm",
        "language": "en",
        "measurements": {"chest": "110.5 cm"},
    }
    assert after["display"] == {
        "unit": "in",
        "language": "en",
        "measurements": {"chest": "≈ 43 1/2 in"},
    }


@pytest.mark.parametrize("unit", ["ell", "deg", ""])
async def test_other_units_are_refused(ada: MemberClient, unit: str) -> None:
    model = await create_model(ada)

    assert (
        await ada.request("GET", f"{MODELS}/{model['id']}", params={"unit": unit})
    ).status_code == 422
    assert (await ada.request("PATCH", "/v1/profiles/me", json={"unit": unit})).status_code == 422
    body = {"name": "x", "breasts": False, "unit": unit}
    assert (await ada.request("POST", MODELS, json=body)).status_code == 422


async def test_digits_and_marks_of_other_scripts_are_read(ada: MemberClient) -> None:
    typed = {
        "chest": "\uff11\uff11\uff10\uff0e\uff15",
        "hips": "\u0661\u0661\u0660\u066b\u0665 cm",
        "waist": "1.105,5 mm",
        "waistToFloor": "3'-7\"",
    }

    model = await create_model(ada, unit="cm", measurements=typed)

    assert model["measurements"] == {
        "chest": 1105,
        "hips": 1105,
        "waist": 1105.5,
        "waistToFloor": 1092.2,
    }
    assert model["entered"]["chest"] == {"text": typed["chest"], "unit": "cm"}
