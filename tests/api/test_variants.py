"""Models based on another: a bra, a binder, heels, and all else as in the base."""

import asyncio

import pytest

from dressform.db.tables import Model
from dressform.db.unit_of_work import UnitOfWorkFactory
from tests.conftest import MovableClock
from tests.helpers.auth import renew
from tests.helpers.databases import count_rows
from tests.helpers.members import CreateMember, MemberClient
from tests.helpers.models import (
    MODELS,
    create_model,
    create_variant,
    read_model,
    update_model,
)

JSON = {"Content-Type": "application/json"}
BODY = {"chest": 1105, "neck": 420, "waist": 810}


async def test_a_variant_is_its_base_with_some_values_of_its_own(ada: MemberClient) -> None:
    base = await create_model(ada, breasts=True, measurements=BODY)

    variant = await create_variant(ada, base, measurements={"chest": 1040, "underbust": 900})

    assert variant["based_on"] == base["id"]
    assert variant["breasts"] is True
    assert variant["measurements"] == BODY | {"chest": 1040, "underbust": 900}
    assert variant["own_values"] == ["chest", "underbust"]
    assert await read_model(ada, variant) == variant
    assert await read_model(ada, base) == base
    assert (await ada.request("GET", MODELS)).json()["items"] == [base, variant]


async def test_what_changes_in_the_base_changes_in_its_variants(
    ada: MemberClient, clock: MovableClock
) -> None:
    base = await create_model(ada, measurements=BODY)
    variant = await create_variant(ada, base, measurements={"chest": 1040})
    clock.advance(days=1)
    await renew(ada)

    await update_model(
        ada, base, breasts=True, measurements={"neck": 400, "waist": None, "chest": 1}
    )

    assert await read_model(ada, variant) == variant | {
        "breasts": True,
        "measurements": {"chest": 1040, "neck": 400},
        "missing": (await read_model(ada, base))["missing"],
        "updated_on": "2026-03-02",
    }


async def test_a_value_of_its_own_can_be_taken_back(ada: MemberClient) -> None:
    base = await create_model(ada, measurements=BODY)
    variant = await create_variant(ada, base, measurements={"chest": 1040, "wrist": 170})

    after = await update_model(
        ada, variant, measurements={"chest": None, "wrist": None, "neck": None}
    )

    assert after["measurements"] == BODY
    assert after["own_values"] == []


async def test_a_variant_may_have_its_own_flag(ada: MemberClient) -> None:
    base = await create_model(ada, breasts=True, measurements={"underbust": 900})

    flat = await create_variant(ada, base, breasts=False)

    assert (flat["breasts"], flat["hidden"]) == (False, {"underbust": 900})
    assert (await read_model(ada, base))["breasts"] is True
    await update_model(ada, base, breasts=False)
    await update_model(ada, base, breasts=True)
    assert (await read_model(ada, flat))["breasts"] is False


async def test_removing_the_base_leaves_its_variants_whole(
    ada: MemberClient, clock: MovableClock
) -> None:
    base = await create_model(ada, breasts=True, measurements=BODY)
    first = await create_variant(ada, base, measurements={"chest": 1040})
    second = await create_variant(ada, base, measurements={"neck": "16 in"}, name="Heels")
    clock.advance(minutes=1)

    assert (await ada.request("DELETE", f"{MODELS}/{base['id']}")).status_code == 204

    whole: dict[str, object] = {"based_on": None, "own_values": []}
    assert (await ada.request("GET", MODELS)).json()["items"] == [first | whole, second | whole]


async def test_a_variant_can_be_made_whole(ada: MemberClient) -> None:
    base = await create_model(ada, breasts=True, measurements=BODY)
    variant = await create_variant(ada, base, measurements={"chest": 1040})

    whole = await update_model(ada, variant, based_on=None, measurements={"wrist": 170})
    await update_model(ada, base, measurements={"neck": 1}, breasts=False)

    assert whole["based_on"] is None
    assert whole["measurements"] == BODY | {"chest": 1040, "wrist": 170}
    assert await read_model(ada, variant) == whole
    assert await update_model(ada, whole, based_on=None) == whole


async def test_a_variant_is_not_a_base(ada: MemberClient) -> None:
    base = await create_model(ada, measurements=BODY)
    variant = await create_variant(ada, base)

    response = await ada.request("POST", MODELS, json={"name": "x", "based_on": variant["id"]})

    assert response.status_code == 422
    assert response.json()["errors"] == [
        {
            "pointer": "#/based_on",
            "detail": f"is a variant itself: base it on {base['id']}, as that one is",
        }
    ]


async def test_nobody_bases_a_model_on_another_members(
    ada: MemberClient, create_member: CreateMember
) -> None:
    mallory = await create_member("mallory")
    base = await create_model(ada, measurements=BODY)
    none = "019a0000-0000-7000-8000-000000000000"

    answers = [
        await mallory.request("POST", MODELS, json={"name": "Mine", "based_on": model_id})
        for model_id in (base["id"], none)
    ]

    said = {"pointer": "#/based_on", "detail": "none of your models has this id"}
    assert [answer.json()["errors"] for answer in answers] == [[said], [said]]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ('{"name": "x"}', "#/breasts"),
        ('{"name": "x", "based_on": null}', "#/breasts"),
        ('{"name": "x", "based_on": "none"}', "#/based_on"),
        ('{"name": "x", "based_on": 7}', "#/based_on"),
    ],
)
async def test_without_a_base_a_model_needs_its_flag(
    ada: MemberClient, body: str, pointer: str
) -> None:
    response = await ada.request("POST", MODELS, content=body, headers=JSON)

    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


async def test_a_model_is_not_moved_to_another_base(ada: MemberClient) -> None:
    base = await create_model(ada)
    model = await create_model(ada)

    response = await ada.request("PATCH", f"{MODELS}/{model['id']}", json={"based_on": base["id"]})

    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "#/based_on"


async def test_a_base_removed_while_variants_are_made_leaves_none_of_them_torn(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    for _ in range(10):
        base = await create_model(ada, measurements=BODY)
        body = {"name": "x", "based_on": base["id"], "measurements": {"chest": 1}}

        removed, *made_meanwhile = await asyncio.gather(
            ada.request("DELETE", f"{MODELS}/{base['id']}"),
            *(ada.request("POST", MODELS, json=body) for _ in range(3)),
        )

        assert removed.status_code == 204
        assert {answer.status_code for answer in made_meanwhile} <= {201, 422}
    models = (await ada.request("GET", MODELS, params={"limit": 100})).json()["items"]
    assert await count_rows(uows, Model) == len(models)
    for model in models:
        assert model["measurements"] == BODY | {"chest": 1}
        assert model["based_on"] is None


async def test_an_account_ends_with_its_variants(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    await create_variant(ada, await create_model(ada, measurements=BODY))

    gone = await ada.request("POST", "/v1/privacy/erasure", json={"password": ada.password})

    assert gone.is_success, gone.text
    assert await count_rows(uows, Model) == 0
