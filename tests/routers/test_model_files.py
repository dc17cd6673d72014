"""Models as files over the API: what goes out comes back, and nobody's name comes with it."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from dressform.database import Units
from dressform.tables import Model
from tests.answers import assert_problem
from tests.conftest import MovableClock
from tests.people import Person
from tests.routers.test_models import MODELS, made, read
from tests.sewing.bodies import WITH_BREASTS
from tests.sewing.formats.samples import smis
from tests.test_story import count

IMPORT = "/v1/models/import"
CSV = b"breasts,true\nchest,110.5,cm\nneck,16 1/2,in\n"


async def exported(person: Person, model: dict[str, Any], kind: str) -> httpx.Response:
    return await person.ask("GET", f"{MODELS}/{model['id']}/export", params={"format": kind})


async def imported(person: Person, file: bytes, **params: Any) -> Any:
    response = await person.ask("POST", IMPORT, content=file, params=params)
    assert response.status_code == (200 if params.get("dry_run") else 201), response.text
    return response.json()


@pytest.mark.parametrize(
    ("kind", "media_type", "ending"),
    [
        ("smis", "application/xml", "smis"),
        ("vit", "application/xml", "vit"),
        ("freesewing", "application/json", "json"),
        ("yaml", "application/yaml", "yaml"),
        ("csv", "text/csv; charset=utf-8", "csv"),
    ],
)
async def test_what_goes_out_comes_back_in_every_format(
    ada: Person, kind: str, media_type: str, ending: str
) -> None:
    odd = {name: value * 1.1 for name, value in WITH_BREASTS.items()}
    model = await made(ada, name="Ada Lovelace", breasts=True, measurements=odd)

    file = await exported(ada, model, kind)

    assert file.status_code == 200
    assert file.headers["content-type"] == media_type
    assert file.headers["cache-control"] == "private, no-store"
    name = f"dressform-{model['id'].replace('-', '')[:12]}.{ending}"
    assert file.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert b"Ada" not in file.content
    answer = await imported(ada, file.content)
    assert answer["format"] == kind
    again = await read(ada, answer["models"][0])
    assert again["id"] != model["id"]
    assert (again["breasts"], again["measurements"]) == (True, odd)


async def test_hidden_measurements_and_a_variants_whole_go_out(ada: Person) -> None:
    base = await made(ada, breasts=True, measurements={"underbust": 900, "chest": 1105})
    variant = (
        await ada.ask(
            "POST",
            MODELS,
            json={
                "name": "Flat",
                "based_on": base["id"],
                "breasts": False,
                "measurements": {"chest": 1040},
            },
        )
    ).json()

    file = await exported(ada, variant, "freesewing")

    assert file.json()["measurements"] == {"chest": 1040, "underbust": 900}
    assert file.json()["breasts"] is False


async def test_a_file_becomes_models_with_names_of_ours(ada: Person, clock: MovableClock) -> None:
    account = {
        "email": "ada@example.org",
        "sets": [
            {"name": "Ada", "measies": {"chest": 925}},
            {"name": "Nobody", "measies": {"chest": 0}},
            {"name": "Grace", "measies": {"chest": 1000, "waist": 800}},
        ],
    }

    answer = await imported(ada, json.dumps(account).encode(), breasts="true")

    assert answer["dropped"] == ["name", "email"]
    assert [each["name"] for each in answer["models"]] == [
        "Imported, 2026-03-01",
        None,
        "Imported, 2026-03-01 (2)",
    ]
    assert answer["models"][1]["id"] is None
    assert [line["model"] for line in answer["report"]] == [0, 1, 2, 2]
    kept = (await ada.ask("GET", MODELS)).json()["items"]
    assert [(one["id"], one["name"], one["measurements"]) for one in kept] == [
        (answer["models"][0]["id"], "Imported, 2026-03-01", {"chest": 925}),
        (answer["models"][2]["id"], "Imported, 2026-03-01 (2)", {"chest": 1000, "waist": 800}),
    ]
    assert not any(word in json.dumps([*kept, answer]) for word in ("Ada", "Grace", "ada@"))


async def test_each_entry_is_accounted_for_in_both_languages(ada: Person) -> None:
    file = smis('name="highhip_circ" value="90"', 'name="@mine" value="4"')

    answer = await imported(ada, file, breasts="false")

    near, custom = answer["report"]
    assert near["line"] == 9
    assert (near["entry"], near["measurement"], near["outcome"]) == (
        "highhip_circ",
        "hips",
        "approximate",
    )
    assert set(near["reason"]) == {"en", "fr"}
    assert (custom["outcome"], custom["measurement"], custom["line"]) == ("left_out", None, 10)


async def test_warnings_come_with_it_and_refuse_nothing(ada: Person) -> None:
    answer = await imported(ada, b"breasts,true\nchest,92.5,mm\nneck,340,mm\nwaist,750,mm")

    assert [warning["kind"] for warning in answer["models"][0]["warnings"]] == ["unit"]


async def test_a_dry_run_keeps_nothing(ada: Person, units: Units) -> None:
    answer = await imported(ada, CSV, dry_run=True)

    assert answer["models"][0]["measurements"] == {"chest": 1105, "neck": 419.1}
    assert answer["models"][0]["id"] is None
    assert answer["models"][0]["name"] == "Imported, 2026-03-01"
    assert await count(units, Model) == 0


async def test_the_flag_of_the_file_goes_before_the_one_that_is_sent(ada: Person) -> None:
    answer = await imported(ada, CSV, breasts="false")

    assert answer["models"][0]["breasts"] is True


async def test_a_flag_is_needed_but_for_looking(ada: Person, units: Units) -> None:
    silent = b"chest,110.5,cm"

    response = await ada.ask("POST", IMPORT, content=silent)

    assert_problem(response, 422, "invalid-input")
    assert response.json()["errors"][0]["pointer"] == "query/breasts"
    assert (await imported(ada, silent, dry_run=True))["models"][0]["breasts"] is None
    assert await count(units, Model) == 0


@pytest.mark.parametrize(
    ("file", "params", "said"),
    [
        (b"", {}, "the file is empty"),
        (b"<smis>\n<a></smis>", {}, "line 2: not well-formed XML"),
        (b"breasts,true\nchest,0,mm", {}, "nothing in this file can be taken"),
        (b"chest,1,mm", {"format": "yaml"}, "no measurements found"),
        (b'<!DOCTYPE x [<!ENTITY a "Ada">]><smis>&a;</smis>', {}, "document type"),
    ],
)
async def test_a_file_that_cannot_be_used_is_refused_in_a_sentence(
    ada: Person, file: bytes, params: dict[str, str], said: str
) -> None:
    response = await ada.ask("POST", IMPORT, content=file, params=params)

    assert_problem(response, 422, "invalid-input")
    (error,) = response.json()["errors"]
    assert error["pointer"] == "#"
    assert said in error["detail"]


async def test_a_file_may_have_a_megabyte_and_no_more(ada: Person) -> None:
    padded = CSV + b"#" + b"x" * (1024 * 1024 - len(CSV) - 1)

    assert len((await imported(ada, padded))["models"]) == 1
    response = await ada.ask("POST", IMPORT, content=padded + b"x")
    assert_problem(response, 413, "too-large")


async def test_either_all_models_of_a_file_are_made_or_none(ada: Person, units: Units) -> None:
    sets = json.dumps([{"breasts": True, "measurements": {"chest": 1}}] * 60).encode()
    assert len((await imported(ada, sets))["models"]) == 60

    response = await ada.ask("POST", IMPORT, content=sets)

    assert_problem(response, 409, "too-many-models")
    assert "The file holds 60 models, an account at most 100" in response.json()["detail"]
    assert await count(units, Model) == 60


async def test_two_imports_at_once_do_not_pass_the_limit_together(
    ada: Person, units: Units
) -> None:
    sets = json.dumps([{"breasts": True, "measurements": {"chest": 1}}] * 60).encode()

    both = await asyncio.gather(*(ada.ask("POST", IMPORT, content=sets) for _ in range(2)))

    assert sorted(response.status_code for response in both) == [201, 409]
    assert await count(units, Model) == 60


@pytest.mark.parametrize(
    "content_type", ["application/octet-stream", "application/json", "text/csv", "image/png", ""]
)
async def test_the_content_type_says_nothing(ada: Person, content_type: str) -> None:
    headers = {"Content-Type": content_type} if content_type else {}

    response = await ada.ask("POST", IMPORT, content=CSV, headers=headers)

    assert response.status_code == 201
    assert response.headers["location"] == "/v1/models"


@pytest.mark.parametrize("kind", ["", "xml", "SMIS"])
async def test_only_formats_that_there_are(ada: Person, kind: str) -> None:
    model = await made(ada)

    assert_problem(await exported(ada, model, kind), 422, "invalid-input")
    response = await ada.ask("POST", IMPORT, content=CSV, params={"format": kind})
    assert_problem(response, 422, "invalid-input")


async def test_who_is_not_signed_in_neither_sends_nor_gets_files(
    ada: Person, client: httpx.AsyncClient
) -> None:
    model = await made(ada)

    assert (await client.post(IMPORT, content=CSV)).status_code == 401
    anonymous = await client.get(f"{MODELS}/{model['id']}/export", params={"format": "csv"})
    assert anonymous.status_code == 401


async def test_what_is_dropped_is_neither_logged(
    ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    personal = "<family-name>Kanarienvogel</family-name><email>k@example.org</email>"
    broken = smis(personal=personal)[:-4]

    with caplog.at_level("DEBUG"):
        await imported(ada, smis('name="bust_circ" value="90"', personal=personal), breasts="true")
        response = await ada.ask("POST", IMPORT, content=broken)

    assert_problem(response, 422, "invalid-input")
    assert "Kanarienvogel" not in caplog.text + response.text
    assert "k@example" not in caplog.text + response.text
