"""Models out and in: whole, accounted for line by line, and about nobody."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from dressform.db.tables import Model
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.model_statements import MAX_MODELS
from dressform.sewing.formats import Format
from tests.helpers.assertions import assert_problem
from tests.helpers.databases import count_rows
from tests.helpers.members import MemberClient
from tests.helpers.models import MODELS, create_model, create_variant, read_model
from tests.sewing.bodies import WITH_BREASTS
from tests.sewing.formats.samples import EXPORT, REAL, make_smis

IMPORT = f"{MODELS}/import"
CSV = b"breasts,true\nchest,110.5,cm\nneck,16 1/2,in\n"
BOMB = b'<!DOCTYPE smis [<!ENTITY a "aaaaaaaaaa">]><smis>&a;</smis>'


async def exported(person: MemberClient, model_id: object, form: str) -> httpx.Response:
    response = await person.request("GET", f"{MODELS}/{model_id}/export", params={"format": form})
    assert response.status_code == 200, response.text
    return response


async def imported(person: MemberClient, data: bytes, **params: str) -> dict[str, Any]:
    response = await person.request("POST", IMPORT, content=data, params=params)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


@pytest.mark.parametrize("form", Format)
async def test_what_goes_out_comes_in_the_same(ada: MemberClient, form: Format) -> None:
    model = await create_model(ada, breasts=False, measurements=WITH_BREASTS | {"neck": "13½ in"})
    file = await exported(ada, model["id"], form)

    (item,) = (await imported(ada, file.content))["items"]

    again = item["model"]
    for part in ("breasts", "measurements", "hidden", "missing"):
        assert again[part] == model[part]
    assert len(again["hidden"]) == 8
    assert await read_model(ada, again) == again
    assert again["name"] == "Imported 2026-03-01"


@pytest.mark.parametrize(
    ("form", "kind", "ending"),
    [
        ("smis", "application/xml; charset=utf-8", "smis"),
        ("vit", "application/xml; charset=utf-8", "vit"),
        ("freesewing", "application/json", "json"),
        ("yaml", "application/yaml", "yaml"),
        ("csv", "text/csv; charset=utf-8", "csv"),
    ],
)
async def test_a_file_says_nothing_of_its_owner(
    ada: MemberClient, form: str, kind: str, ending: str
) -> None:
    model = await create_model(ada, name="Cousine Philippine", measurements={"chest": 1105})

    file = await exported(ada, model["id"], form)

    assert file.headers["Content-Type"] == kind
    name = f"model-{model['id'][:8]}.{ending}"
    assert file.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert file.headers["Cache-Control"] == "private, no-store"
    assert "Philippine" not in file.text + repr(file.headers)
    assert "ada" not in file.text


async def test_a_variant_goes_out_whole(ada: MemberClient) -> None:
    base = await create_model(ada, breasts=True, measurements=WITH_BREASTS)
    variant = await create_variant(ada, base, measurements={"chest": 900})

    file = await exported(ada, variant["id"], "freesewing")

    assert file.json()["measurements"] == WITH_BREASTS | {"chest": 900}


async def test_a_real_file_is_accounted_for(ada: MemberClient) -> None:
    answer = await imported(ada, REAL, breasts="false")

    (item,) = answer["items"]
    assert answer["dropped"] == ["name", "birth_date", "gender", "email", "notes"]
    assert item["measurements"]["chest"] == 925
    assert item["breasts"] is False
    assert item["model"]["hidden"] == {"bustFront": 480}
    assert {
        "line": 16,
        "entry": "bust_circ",
        "outcome": "taken",
        "measurement": "chest",
        "reason": None,
    } in item["lines"]
    assert {
        "line": 18,
        "entry": "waist_circ",
        "outcome": "left_out",
        "measurement": "waist",
        "reason": {
            "en": "There is no value here, or 0, which stands for not measured.",
            "fr": "Il n\u2019y a pas de valeur ici, ou bien 0, qui veut dire non mesuré.",
        },
    } in item["lines"]
    whole = json.dumps((await ada.request("GET", "/v1/privacy/export")).json()) + json.dumps(answer)
    for secret in ("Quetzal", "Philippine", "1987-06-05", "philippine@", "Fitted"):
        assert secret not in whole


async def test_an_account_of_freesewing_becomes_as_many_models(ada: MemberClient) -> None:
    answer = await imported(ada, json.dumps(EXPORT).encode())

    models = (await ada.request("GET", MODELS)).json()["items"]
    assert [item["model"] for item in answer["items"]] == [*models, None]
    assert [model["name"] for model in models] == ["Philippine", "Uncle"]
    assert [item["name"] for item in answer["items"]] == ["Philippine", "Uncle", "Nobody yet"]
    assert answer["dropped"] == ["name", "email", "notes"]
    assert {model["breasts"] for model in models} == {True}


async def test_a_dry_run_keeps_nothing(ada: MemberClient, uows: UnitOfWorkFactory) -> None:
    dry = await imported(ada, REAL, dry_run="true")

    assert await count_rows(uows, Model) == 0
    (item,) = dry["items"]
    assert item["model"] is None
    (kept,) = (await imported(ada, REAL))["items"]
    assert item | {"model": kept["model"]} == kept


async def test_all_of_a_file_or_none(ada: MemberClient, uows: UnitOfWorkFactory) -> None:
    for _ in range(MAX_MODELS - 1):
        await ada.add_model()

    refused = await ada.request("POST", IMPORT, content=json.dumps(EXPORT).encode())

    assert_problem(refused, 409, "too-many-models")
    assert "The file holds 2 models, an account at most 100" in refused.json()["detail"]
    assert await count_rows(uows, Model) == MAX_MODELS - 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b"<smis>\n<unit>", "line 2: not well-formed XML"),
        (b'{"name": "Me"}', "under “measurements” or “measies”"),
        (b"\x89PNG\r\n\x1a\n\0\xff", "none of the kinds that are known here"),
        (b"chest", "none of the kinds that are known here"),
        (BOMB, "document type"),
    ],
)
async def test_what_is_no_such_file_is_told(
    ada: MemberClient, uows: UnitOfWorkFactory, data: bytes, said: str
) -> None:
    response = await ada.request("POST", IMPORT, content=data)

    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["pointer"] == "#"
    assert said in error["detail"]
    assert await count_rows(uows, Model) == 0


async def test_a_file_may_have_a_megabyte_and_no_more(ada: MemberClient) -> None:
    padded = CSV + b"#x\n" * ((1024 * 1024 - len(CSV)) // 3)

    assert len((await imported(ada, padded))["items"]) == 1
    assert_problem(await ada.request("POST", IMPORT, content=padded + b"xxx"), 413, "too-large")


async def test_more_bodies_than_an_account_can_hold(ada: MemberClient) -> None:
    sets = [{"measies": {"chest": 900}}] * (MAX_MODELS + 1)

    for dry_run in ("true", "false"):
        response = await ada.request(
            "POST", IMPORT, content=json.dumps(sets).encode(), params={"dry_run": dry_run}
        )
        assert_problem(response, 422, "invalid-input")
        assert "more than 100 sets" in response.json()["errors"][0]["detail"]


async def test_two_imports_at_once_do_not_pass_the_limit_together(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    sets = json.dumps([{"measies": {"chest": 900}}] * 60).encode()

    both = await asyncio.gather(*(ada.request("POST", IMPORT, content=sets) for _ in range(2)))

    assert sorted(response.status_code for response in both) == [200, 429]
    assert (await ada.request("POST", IMPORT, content=sets)).status_code == 409
    assert await count_rows(uows, Model) == 60


async def test_what_the_file_says_goes_before_what_is_asked(ada: MemberClient) -> None:
    said = [
        {"breasts": False, "measies": {"chest": 900}},
        {"measies": {"chest": 900}},
    ]

    for asked, flags in (("true", [False, True]), ("false", [False, False])):
        answer = await imported(ada, json.dumps(said).encode(), breasts=asked, dry_run="true")
        assert [item["breasts"] for item in answer["items"]] == flags


async def test_warnings_come_with_it_and_refuse_nothing(ada: MemberClient) -> None:
    (item,) = (await imported(ada, b"chest,92.5,mm\nneck,340,mm\nwaist,750,mm"))["items"]

    assert [warning["kind"] for warning in item["warnings"]] == ["unit"]
    assert item["model"]["measurements"] == {"chest": 92.5, "neck": 340, "waist": 750}


@pytest.mark.parametrize(
    "content_type", ["application/octet-stream", "application/json", "text/csv", "image/png", ""]
)
async def test_the_content_type_says_nothing(ada: MemberClient, content_type: str) -> None:
    headers = {"Content-Type": content_type} if content_type else {}

    response = await ada.request("POST", IMPORT, content=CSV, headers=headers)

    assert response.json()["format"] == "csv"


async def test_who_it_is_about_is_not_logged(
    ada: MemberClient, caplog: pytest.LogCaptureFixture
) -> None:
    personal = "<family-name>Quetzal</family-name><email>q@sewing.example</email>"
    file = make_smis('name="bust_circ" value="90"', personal=personal)

    with caplog.at_level("DEBUG"):
        await imported(ada, file)
        response = await ada.request("POST", IMPORT, content=file[:-4])

    assert_problem(response, 422, "invalid-input")
    for secret in ("Quetzal", "q@sewing"):
        assert secret not in caplog.text + response.text


async def test_files_are_for_members_alone(client: httpx.AsyncClient, ada: MemberClient) -> None:
    model = await ada.add_model()

    assert (await client.post(IMPORT, content=REAL)).status_code == 401
    assert (await client.get(f"{MODELS}/{model}/export?format=csv")).status_code == 401


@pytest.mark.parametrize("query", ["", "?format=pdf", "?format="])
async def test_other_formats_are_refused(ada: MemberClient, query: str) -> None:
    model = await ada.add_model()

    response = await ada.request("GET", f"{MODELS}/{model}/export{query}")

    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "query/format"


async def test_models_without_a_name_are_numbered(ada: MemberClient) -> None:
    sets = [{"measies": {"chest": 900}}, {"measies": {}}, {"measies": {"chest": 910}}]

    answer = await imported(ada, json.dumps(sets).encode())

    assert [item["model"] and item["model"]["name"] for item in answer["items"]] == [
        "Imported 2026-03-01, 1 of 2",
        None,
        "Imported 2026-03-01, 2 of 2",
    ]


async def test_a_file_without_its_unit_is_refused_with_the_parameter(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    data = b'{"chestCircumference": 101.5, "naturalWaist": 81}'

    for dry_run in ("true", "false"):
        refused = await ada.request("POST", IMPORT, content=data, params={"dry_run": dry_run})
        assert_problem(refused, 422, "invalid-input")
        (error,) = refused.json()["errors"]
        assert error["pointer"] == "query/unit"
        assert "send `unit=mm`, `unit=cm` or `unit=in`" in error["detail"]
    assert await count_rows(uows, Model) == 0
    (item,) = (await imported(ada, data, unit="cm"))["items"]
    assert item["model"]["measurements"] == {"chest": 1015, "waist": 810}


async def test_a_size_of_a_table_is_chosen_in_the_query(ada: MemberClient) -> None:
    table = b"""<smms><version>0.4.4</version><unit>cm</unit><size base="50"/><height base="176"/>
    <body-measurements><m name="bust_circ" base="100" size_increase="4" height_increase="0"/>
    </body-measurements></smms>"""

    refused = await ada.request("POST", IMPORT, content=table, params={"size": "50"})

    (error,) = refused.json()["errors"]
    assert error["pointer"] == "query/height"
    assert "`size` from 22 to 72 in steps of 2" in error["detail"]
    (item,) = (await imported(ada, table, size="54", height="176"))["items"]
    assert item["model"]["measurements"] == {"chest": 1080}


@pytest.mark.parametrize("query", ["size=nan", "size=inf", "size=0", "size=1e99", "unit=furlong"])
async def test_sizes_and_units_that_are_none_are_refused(ada: MemberClient, query: str) -> None:
    response = await ada.request("POST", f"{IMPORT}?{query}", content=CSV)

    assert_problem(response, 422, "invalid-input")


async def test_a_preview_of_many_bodies_says_what_would_be_made(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    sheet = b"chest (cm),waist (cm)\n92,70\n101,\n,\n"

    preview = await imported(ada, sheet, dry_run="true")

    assert await count_rows(uows, Model) == 0
    assert [(item["name"], item["measurements"]) for item in preview["items"]] == [
        ("Imported 2026-03-01, 1 of 2", {"chest": 920, "waist": 700}),
        ("Imported 2026-03-01, 2 of 2", {"chest": 1010}),
    ]
    made = await imported(ada, sheet)
    assert [item["model"]["measurements"] for item in made["items"]] == [
        {"chest": 920, "waist": 700},
        {"chest": 1010},
    ]
