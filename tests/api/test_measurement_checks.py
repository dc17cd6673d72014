"""Checks and estimates: for anybody, kept nowhere."""

from typing import Any

import httpx
import pytest

from dressform.db.tables import Model
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.sewing.catalogue import CATALOGUE, visible_measurements
from tests.helpers.databases import count_rows
from tests.helpers.members import MemberClient
from tests.helpers.models import MODELS
from tests.sewing.bodies import WITH_BREASTS

CHECK, ESTIMATES = "/v1/measurements/check", "/v1/measurements/estimates"
_APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
SWAPPED = {"shoulderToWrist": 340, "shoulderToElbow": 590}
ORDER = {
    "kind": "order",
    "measurements": ["shoulderToWrist", "shoulderToElbow"],
    "text": {
        "en": "“Shoulder to wrist” is usually longer than “Shoulder to elbow”: check both, they may "
        "have been swapped.",
        "fr": f"«\xa0De l{_APOSTROPHE}épaule au poignet\xa0» dépasse d{_APOSTROPHE}habitude "
        f"«\xa0De l{_APOSTROPHE}épaule au coude\xa0» : vérifiez ces deux mesures, peut-être interverties.",
    },
}


async def asked(client: httpx.AsyncClient, path: str, **body: object) -> dict[str, Any]:
    response = await client.post(path, json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def test_a_form_is_told_what_was_understood(client: httpx.AsyncClient) -> None:
    answer = await asked(
        client, CHECK, breasts=True, unit="in", measurements={"neck": "13 1/2", "chest": "92,5 cm"}
    )

    assert answer["measurements"] == {"neck": 342.9, "chest": 925}
    assert answer["missing"] == [name for name in CATALOGUE if name not in {"neck", "chest"}]
    assert answer["warnings"] == []
    (chest,) = [one for one in answer["estimates"] if one["name"] == "chest"]
    assert chest == {
        "name": "chest",
        "unit": "mm",
        "estimate": 932.9,
        "measured": 925,
        "difference": -7.9,
        "difference_percent": -0.8,
    }


async def test_a_warning_says_what_to_check(client: httpx.AsyncClient) -> None:
    answer = await asked(client, CHECK, breasts=False, measurements=SWAPPED)

    assert answer["warnings"] == [ORDER]
    assert answer["estimates"] == []


async def test_what_is_not_understood_is_said_at_its_place(client: httpx.AsyncClient) -> None:
    sent = {"neck": "13 1/2", "chest": "9 cmm", "wast": 1, "waist": -1}

    answer = await asked(client, CHECK, breasts=False, measurements=sent | {"hips": "92,5 cm"})

    assert answer["measurements"] == {"hips": 925}
    assert "waist" in answer["missing"]
    said = {error["pointer"]: error["detail"] for error in answer["errors"]}
    assert said == {
        "#/measurements/neck": "neck: “13 1/2” has no unit: write mm, cm or in behind it, or send "
        "`unit`",
        "#/measurements/chest": "chest: “cmm” is not a unit that is known here: use mm, cm, m, in "
        "or ft",
        "#/measurements/wast": "wast: not a known measurement; did you mean waist?",
        "#/measurements/waist": "waist: a number of millimetres greater than 0 and at most 10000",
    }


@pytest.mark.parametrize(
    "half_typed",
    [
        "4",
        "43 1",
        "43 1/",
        "43,",
        "in",
        "≈",
        "-",
        "x" * 200,
        "1.105 mm",
        [],
        {},
        True,
        0,
        1e300,
        "\uff11",
    ],
)
async def test_a_field_that_is_half_typed_spoils_no_other(
    client: httpx.AsyncClient, half_typed: object
) -> None:
    sent = {"chest": half_typed, "waist": "81 cm"}

    answer = await asked(client, CHECK, breasts=True, measurements=sent)

    assert answer["measurements"] == {"waist": 810}
    (error,) = answer["errors"]
    assert error["pointer"] == "#/measurements/chest"
    assert error["detail"].startswith("chest: ")


@pytest.mark.parametrize("empty", ["", " ", "\u00a0\u2003", None])
async def test_an_empty_field_is_not_measured(
    client: httpx.AsyncClient, ada: MemberClient, empty: str | None
) -> None:
    sent = {"chest": empty, "waist": 810}

    answer = await asked(client, CHECK, breasts=True, measurements=sent)
    made = await ada.request(
        "POST", MODELS, json={"name": "x", "breasts": True, "measurements": sent}
    )

    assert answer["measurements"] == made.json()["measurements"] == {"waist": 810}
    assert answer["errors"] == []
    assert "chest" in answer["missing"]


@pytest.mark.parametrize(
    ("unit", "number", "mm"),
    [
        ("in", 43.5, 1104.9),
        ("cm", 110.5, 1105),
        ("mm", 1105, 1105),
        (None, 1105, 1105),
        ("in", 0.1, 2.54),
    ],
)
async def test_a_number_is_in_the_unit_that_came_beside_it(
    client: httpx.AsyncClient, ada: MemberClient, unit: str | None, number: float, mm: float
) -> None:
    sent = {"breasts": True, "unit": unit, "measurements": {"neck": number, "shoulderSlope": 13}}

    answer = await asked(client, CHECK, **sent)
    made = await ada.request("POST", MODELS, json=sent | {"name": "Me"})
    path = made.headers["Location"]
    change = {"unit": unit, "measurements": {"waist": number}}
    changed = (await ada.request("PATCH", path, json=change)).json()
    estimated = await asked(client, ESTIMATES, **sent)

    assert answer["measurements"] == {"neck": mm, "shoulderSlope": 13}
    assert changed["measurements"] == {"neck": mm, "waist": mm, "shoulderSlope": 13}
    assert estimated["estimates"]


async def test_a_number_in_millimetres_beside_inches_is_told_so(client: httpx.AsyncClient) -> None:
    answer = await asked(client, CHECK, breasts=True, unit="in", measurements={"chest": 1105})

    (error,) = answer["errors"]
    assert error["detail"].endswith("at most 10000; a number beside `unit` is in that unit")


async def test_a_form_that_is_no_object_is_refused(client: httpx.AsyncClient) -> None:
    wrong: object
    for wrong in (None, [], "x"):
        response = await client.post(CHECK, json={"breasts": False, "measurements": wrong})
        assert response.status_code == 422


async def test_estimates_are_guesses_from_the_neck(client: httpx.AsyncClient) -> None:
    answer = await asked(client, ESTIMATES, breasts=True, measurements={"neck": 340})

    guessed = {one["name"]: one["estimate"] for one in answer["estimates"]}
    assert guessed == {name: value for name, value in WITH_BREASTS.items() if name != "neck"}
    assert {one["measured"] for one in answer["estimates"]} == {None}
    assert {one["unit"] for one in answer["estimates"]} == {"mm", "degree"}


async def test_the_flag_decides_what_is_estimated(client: httpx.AsyncClient) -> None:
    answer = await asked(client, ESTIMATES, breasts=False, measurements={"neck": "42 cm"})

    assert [one["name"] for one in answer["estimates"]] == [
        each.name for each in visible_measurements(breasts=False) if each.name != "neck"
    ]


async def test_without_a_neck_there_is_nothing_to_estimate_from(client: httpx.AsyncClient) -> None:
    response = await client.post(ESTIMATES, json={"breasts": False, "measurements": {"chest": 1}})

    assert response.status_code == 422
    assert response.json()["errors"] == [
        {
            "pointer": "#/measurements/neck",
            "detail": "measure the neck first: everything else is estimated from it",
        }
    ]


@pytest.mark.parametrize("path", [CHECK, ESTIMATES])
async def test_nothing_of_it_is_kept(ada: MemberClient, uows: UnitOfWorkFactory, path: str) -> None:
    before = (await ada.request("GET", "/v1/privacy/export")).json()

    await ada.request("POST", path, json={"breasts": True, "measurements": WITH_BREASTS})

    assert (await ada.request("GET", "/v1/privacy/export")).json() == before
    assert await count_rows(uows, Model) == 0


async def test_making_and_changing_a_model_warns_and_keeps_it_all_the_same(
    ada: MemberClient,
) -> None:
    body = {"name": "Me", "breasts": False, "measurements": SWAPPED}

    made = await ada.request("POST", MODELS, json=body)
    path = made.headers["Location"]
    renamed = await ada.request("PATCH", path, json={"name": "Still so"})
    again = await ada.request("GET", f"{path}/warnings")
    mended = await ada.request("PATCH", path, json={"measurements": {"shoulderToWrist": 600}})

    assert made.json()["measurements"] == SWAPPED
    assert made.json()["warnings"] == renamed.json()["warnings"] == [ORDER]
    assert again.json() == {"warnings": [ORDER]}
    assert mended.json()["warnings"] == []


@pytest.mark.parametrize("value", [5e-324, 1e-300, 1e-9, 1e-3, 10_000])
async def test_the_smallest_and_the_largest_lengths_can_be_looked_at(
    ada: MemberClient, client: httpx.AsyncClient, value: float
) -> None:
    body = dict.fromkeys(WITH_BREASTS, value) | {"shoulderSlope": 13}

    await asked(client, CHECK, breasts=True, measurements=body)
    await asked(client, ESTIMATES, breasts=True, measurements=body)
    made = await ada.request(
        "POST", MODELS, json={"name": "Me", "breasts": True, "measurements": body}
    )

    assert made.status_code == 201
    drawing = await ada.request("GET", f"{made.headers['Location']}/silhouette.svg")
    assert drawing.status_code == 200
