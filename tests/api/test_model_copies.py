"""A copy of a model has everything that the model has, and a life of its own."""

import asyncio

import pytest

from tests.helpers.assertions import assert_problem
from tests.helpers.images import make_image
from tests.helpers.members import CreateMember, MemberClient
from tests.helpers.models import MODELS, create_model, create_variant, read_model, update_model

IDENTITY = {"id", "name", "avatar", "based_on"}


def values(model: dict[str, object]) -> dict[str, object]:
    return {key: at for key, at in model.items() if key not in IDENTITY | {"warnings"}}


async def copy(member: MemberClient, model: dict[str, object], **body: object) -> dict[str, object]:
    response = await member.request("POST", f"{MODELS}/{model['id']}/copy", json=body)
    assert response.status_code == 201, response.text
    assert response.headers["Location"] == f"{MODELS}/{response.json()['id']}"
    answer: dict[str, object] = response.json()
    read = await member.request("GET", response.headers["Location"])
    assert read.headers["ETag"] == response.headers["ETag"]
    return answer


async def test_a_copy_has_hidden_values_typed_texts_and_the_avatar(ada: MemberClient) -> None:
    measurements = {"chest": "110,5 cm", "highBust": 950, "neck": "16 1/2 in"}
    model = await create_model(ada, name="Me", measurements=measurements)
    await ada.request("PUT", f"{MODELS}/{model['id']}/avatar", content=make_image())

    copied = await copy(ada, model)

    original = await read_model(ada, model)
    assert copied["id"] != original["id"]
    assert copied["name"] == "Me (2)"
    assert values(copied) == values(original)
    assert copied["hidden"] == {"highBust": 950}
    avatars = [(await ada.request("GET", str(one["avatar"]))).content for one in (original, copied)]
    assert avatars[0] == avatars[1] != b""


async def test_variants_come_along_and_are_based_on_the_copy(ada: MemberClient) -> None:
    base = await create_model(ada, name="Me", breasts=True, measurements={"chest": 1105})
    variant = await create_variant(ada, base, name="Binder", measurements={"chest": "104 cm"})
    await ada.request("PUT", f"{MODELS}/{variant['id']}/avatar", content=make_image())

    copied = await copy(ada, base, name="Bea")
    await update_model(ada, base, measurements={"neck": 1})
    await update_model(ada, copied, measurements={"neck": 419})

    *_, other = (await ada.request("GET", MODELS)).json()["items"]
    assert (other["name"], other["based_on"], other["own_values"]) == (
        "Binder",
        copied["id"],
        ["chest"],
    )
    assert other["measurements"] == {"chest": 1040, "neck": 419}
    assert other["entered"] == {"chest": {"text": "104 cm", "unit": "cm"}}
    assert (await ada.request("GET", other["avatar"])).status_code == 200


async def test_the_copy_of_a_variant_has_the_same_base(ada: MemberClient) -> None:
    base = await create_model(ada, breasts=True, measurements={"chest": 1105})
    variant = await create_variant(ada, base, measurements={"neck": 419})

    copied = await copy(ada, variant)

    assert copied["based_on"] == base["id"]
    assert values(copied) == values(await read_model(ada, variant))


async def test_a_copy_outlives_what_it_was_copied_from(ada: MemberClient) -> None:
    model = await create_model(ada, measurements={"chest": 1105})
    await ada.request("PUT", f"{MODELS}/{model['id']}/avatar", content=make_image())
    copied = await copy(ada, model)

    await ada.request("DELETE", f"{MODELS}/{model['id']}")

    assert (await read_model(ada, copied))["measurements"] == {"chest": 1105}
    assert (await ada.request("GET", str(copied["avatar"]))).status_code == 200


@pytest.mark.parametrize(("name", "copied"), [("x" * 100, "x" * 96 + " (2)"), ("Me", "Me (2)")])
async def test_a_name_stays_within_its_limit(ada: MemberClient, name: str, copied: str) -> None:
    model = await create_model(ada, name=name)

    assert (await copy(ada, model))["name"] == (await copy(ada, model, name=" "))["name"] == copied


async def test_either_all_is_copied_or_nothing(ada: MemberClient) -> None:
    base = await create_model(ada)
    await asyncio.gather(*(create_variant(ada, base, name=f"V{n}") for n in range(50)))

    response = await ada.request("POST", f"{MODELS}/{base['id']}/copy", json={})

    assert_problem(response, 409, "too-many-models")
    assert len((await ada.request("GET", f"{MODELS}?limit=100")).json()["items"]) == 51


async def test_the_models_of_others_are_not_copied(
    ada: MemberClient, create_member: CreateMember
) -> None:
    model = await create_model(ada)
    eve = await create_member("eve")

    response = await eve.request("POST", f"{MODELS}/{model['id']}/copy", json={})

    assert response.status_code == 404
