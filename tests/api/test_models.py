"""Models: made, read, changed and removed by their owner, and by nobody else."""

import asyncio
from typing import Any

import pytest

from dressform.db.tables import Model
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.model_statements import MAX_MODELS
from dressform.sewing.catalogue import CATALOGUE, visible_measurements
from tests.conftest import MovableClock
from tests.helpers.auth import renew
from tests.helpers.databases import count_rows
from tests.helpers.members import MemberClient
from tests.helpers.models import MODELS, create_model, read_model, update_model, without_warnings

JSON = {"Content-Type": "application/json"}

ALL = {name: 13 if name == "shoulderSlope" else 500.5 for name in CATALOGUE}
DOLL = {"waistToFloor": 116, "wrist": 17.5, "bustPointToUnderbust": 6, "shoulderSlope": 1.3}
GIANT = {"waistToFloor": 3480, "chest": 3000, "shoulderSlope": 39}


def kept(model: dict[str, Any]) -> dict[str, float]:
    """All of its measurements, whatever its flag shows."""
    everything: dict[str, float] = model["measurements"] | model["hidden"]
    return everything


async def test_a_model_is_where_its_location_says(ada: MemberClient) -> None:
    body = {"name": "  Me, 2026 ", "breasts": True, "measurements": {"chest": 1105, "neck": 420.5}}

    response = await ada.request("POST", MODELS, json=body)

    model = without_warnings(response)
    assert response.headers["Location"] == f"{MODELS}/{model['id']}"
    assert (await ada.request("GET", response.headers["Location"])).json() == model
    assert model == {
        "id": model["id"],
        "name": "Me, 2026",
        "breasts": True,
        "measurements": {"chest": 1105, "neck": 420.5},
        "hidden": {},
        "missing": [each for each in CATALOGUE if each not in {"chest", "neck"}],
        "entered": {},
        "display": None,
        "based_on": None,
        "own_values": [],
        "avatar": None,
        "created_on": "2026-03-01",
        "updated_on": "2026-03-01",
    }


@pytest.mark.parametrize("measurements", [{}, DOLL, GIANT, ALL, {"chest": 10_000}, {"neck": 1e-3}])
async def test_every_body_fits(ada: MemberClient, measurements: dict[str, float]) -> None:
    model = await create_model(ada, measurements=measurements)

    assert kept(await read_model(ada, model)) == measurements


async def test_measurements_may_be_left_out_and_are_then_absent(ada: MemberClient) -> None:
    assert (await create_model(ada))["measurements"] == {}


async def test_what_is_left_out_of_a_change_stays(ada: MemberClient, clock: MovableClock) -> None:
    model = await create_model(ada, measurements={"chest": 1105, "neck": 420})
    assert await read_model(ada, model) == model
    clock.advance(days=1)
    await renew(ada)

    renamed = await update_model(ada, model, name="Myself")
    flagged = await update_model(ada, model, breasts=True)
    measured = await update_model(ada, model, measurements={"neck": 421, "wrist": 170})

    later = {"updated_on": "2026-03-02"}
    assert renamed == model | {"name": "Myself"} | later
    shown = [each for each in CATALOGUE if each not in {"chest", "neck"}]
    assert flagged == renamed | {"breasts": True, "missing": shown}
    assert measured == flagged | {
        "measurements": {"chest": 1105, "neck": 421, "wrist": 170},
        "missing": [each for each in shown if each != "wrist"],
    }
    assert await read_model(ada, model) == measured


async def test_null_removes_a_measurement_and_absent_is_never_null(ada: MemberClient) -> None:
    model = await create_model(ada, measurements={"chest": 1105, "neck": 420})

    after = await update_model(ada, model, measurements={"chest": None, "wrist": None})

    assert after["measurements"] == {"neck": 420}
    assert (await ada.request("GET", MODELS)).json()["items"] == [after]
    assert await read_model(ada, model) == after


@pytest.mark.parametrize("field", ["name", "breasts", "measurements"])
async def test_null_does_not_remove_what_every_model_has(ada: MemberClient, field: str) -> None:
    model = await create_model(ada)

    response = await ada.request("PATCH", f"{MODELS}/{model['id']}", json={field: None})

    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [f"#/{field}"]
    assert await read_model(ada, model) == model


LENGTH = "chest: a number of millimetres greater than 0 and at most 10000"
ANGLE = "shoulderSlope: a number of degrees greater than 0 and less than 90"


@pytest.mark.parametrize("verb", ["POST", "PATCH"])
@pytest.mark.parametrize(
    ("measurement", "expected"),
    [
        (
            '"chest": "1105"',
            "chest: “1105” has no unit: write mm, cm or in behind it, or send `unit`",
        ),
        ('"chest": "0 mm"', LENGTH),
        ('"chest": true', LENGTH),
        ('"chest": [1105]', LENGTH),
        ('"chest": {"mm": 1105}', LENGTH),
        ('"chest": NaN', LENGTH),
        ('"chest": Infinity', LENGTH),
        ('"chest": -Infinity', LENGTH),
        ('"chest": 1e400', LENGTH),
        ('"chest": 1' + "0" * 400, LENGTH),
        ('"chest": 0', LENGTH),
        ('"chest": -0.0', LENGTH),
        ('"chest": -1', LENGTH),
        ('"chest": 10000.001', LENGTH),
        ('"shoulderSlope": 90', ANGLE),
        ('"shoulderSlope": 0', ANGLE),
        ('"chset": 1105', "chset: not a known measurement; did you mean chest?"),
        ('"xyzzy": 1105', "xyzzy: not a known measurement"),
        ('"chestCircumference": 1', "chestCircumference: this is now called chest"),
    ],
)
async def test_what_does_not_fit_is_named_with_what_was_expected(
    ada: MemberClient, verb: str, measurement: str, expected: str
) -> None:
    model = await create_model(ada, measurements={"neck": 420})
    body = f'{{"name": "Me", "breasts": false, "measurements": {{{measurement}, "neck": 1}}}}'
    path = MODELS if verb == "POST" else f"{MODELS}/{model['id']}"

    response = await ada.request(verb, path, content=body, headers=JSON)

    assert response.status_code == 422
    name = expected.partition(":")[0]
    assert response.json()["errors"] == [{"pointer": f"#/measurements/{name}", "detail": expected}]
    assert (await ada.request("GET", MODELS)).json()["items"] == [model]


async def test_removing_a_name_that_does_not_exist_is_a_slip_too(ada: MemberClient) -> None:
    model = await create_model(ada)

    response = await ada.request(
        "PATCH", f"{MODELS}/{model['id']}", json={"measurements": {"chset": None}}
    )

    assert response.json()["errors"][0]["detail"].endswith("did you mean chest?")


@pytest.mark.parametrize(
    ("pointer", "over"),
    [
        ("#/name", {"name": ""}),
        ("#/name", {"name": "\t "}),
        ("#/name", {"name": "x" * 101}),
        ("#/name", {"name": "two\nlines"}),
        ("#/breasts", {"breasts": "yes"}),
        ("#/breasts", {"breasts": 1}),
        ("#/measurements", {"measurements": []}),
        ("#/avatar", {"avatar": "x"}),
    ],
)
async def test_other_fields_are_strict(
    ada: MemberClient, pointer: str, over: dict[str, object]
) -> None:
    body = {"name": "Me", "breasts": False} | over

    response = await ada.request("POST", MODELS, json=body)

    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


async def test_the_flag_never_removes_or_refuses_a_value(ada: MemberClient) -> None:
    only_with = {each.name: 100 for each in CATALOGUE.values() if each.breasts_only}
    assert only_with

    model = await create_model(ada, breasts=False, measurements=only_with)
    on = await update_model(ada, model, breasts=True)
    off = await update_model(ada, model, breasts=False, measurements={"highBust": 101})

    assert (model["measurements"], model["hidden"]) == ({}, only_with)
    assert (on["measurements"], on["hidden"]) == (only_with, {})
    assert (off["measurements"], off["hidden"]) == ({}, only_with | {"highBust": 101})
    assert not set(only_with) & {each.name for each in visible_measurements(breasts=False)}


async def test_what_the_flag_hides_is_not_missed_either(ada: MemberClient) -> None:
    chest_only = {"chest": 925}

    without = await create_model(ada, breasts=False, measurements=chest_only)
    with_breasts = await update_model(ada, without, breasts=True)

    only_with = {each.name for each in CATALOGUE.values() if each.breasts_only}
    assert set(with_breasts["missing"]) - set(without["missing"]) == only_with
    assert set(without["missing"]) == set(CATALOGUE) - only_with - {"chest"}


async def test_changes_of_different_measurements_at_once_lose_nothing(ada: MemberClient) -> None:
    model = await create_model(ada)

    await asyncio.gather(
        *(update_model(ada, model, measurements={name: value}) for name, value in ALL.items())
    )

    assert kept(await read_model(ada, model)) == ALL


async def test_a_removed_model_is_gone(ada: MemberClient, uows: UnitOfWorkFactory) -> None:
    kept, removed = await create_model(ada), await create_model(ada)
    path = f"{MODELS}/{removed['id']}"

    answers = await asyncio.gather(*(ada.request("DELETE", path) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [204, 404, 404, 404]
    assert (await ada.request("GET", path)).status_code == 404
    assert (await ada.request("PATCH", path, json={"name": "Back"})).status_code == 404
    assert (await ada.request("GET", MODELS)).json() == {"items": [kept], "next": None}
    assert await count_rows(uows, Model) == 1


async def test_an_account_holds_a_hundred_and_not_one_more(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    for _ in range(MAX_MODELS - 1):
        await ada.add_model()

    body = {"name": "The last", "breasts": False}
    answers = await asyncio.gather(*(ada.request("POST", MODELS, json=body) for _ in range(5)))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert await count_rows(uows, Model) == MAX_MODELS
    refusal = next(answer for answer in answers if answer.status_code == 409).json()
    assert refusal["type"] == "/problems#too-many-models"

    page = (await ada.request("GET", MODELS, params={"limit": 100})).json()
    assert (len(page["items"]), page["next"]) == (MAX_MODELS, None)
    await ada.request("DELETE", f"{MODELS}/{page['items'][50]['id']}")
    assert (await ada.request("POST", MODELS, json=body)).status_code == 201
