"""The export of an account comes back whole, into the same or another account."""

import base64
import io
import json
import time
from typing import Any

import httpx
import pytest
from PIL import Image

from dressform.actions.restore_pictures import is_plain_webp
from dressform.db.tables import Avatar, Model
from dressform.db.unit_of_work import UnitOfWorkFactory
from tests.helpers.assertions import assert_problem
from tests.helpers.databases import count_rows
from tests.helpers.images import make_image
from tests.helpers.members import CreateMember, MemberClient
from tests.helpers.models import MODELS, create_model, create_variant, read_model
from tests.sewing.bodies import WITH_BREASTS

IMPORT = f"{MODELS}/import"
PNG = {"Content-Type": "image/png"}
DAMAGED = "The picture is damaged, or not as the export of an account has it; upload it instead."
ACCOUNT_FIELDS = {"username", "email", "member_since", "last_login_on", "expires_at", "picture"}
MODEL_FIELDS = {"id", "based_on", "avatar", "created_on", "updated_on"}


async def read_export(member: MemberClient) -> Any:
    response = await member.request("GET", "/v1/privacy/export")
    assert response.status_code == 200
    return response.json()


async def import_file(member: MemberClient, document: Any, **params: str) -> Any:
    content = json.dumps(document).encode()
    response = await member.request("POST", IMPORT, content=content, params=params)
    assert response.status_code == 200, response.text
    return response.json()


def without_ids(export: Any) -> Any:
    """Return the export with its ids as places, and without what belongs to an account or a day."""
    places = {model["id"]: place for place, model in enumerate(export["models"])}
    models = [
        {key: value for key, value in model.items() if key not in MODEL_FIELDS}
        | {"based_on": places.get(model["based_on"]), "has_avatar": bool(model["avatar"])}
        for model in export["models"]
    ]
    profile = {key: at for key, at in export["profile"].items() if key not in ACCOUNT_FIELDS}
    return {"profile": profile, "models": models, "picture_webp": export["picture_webp"]}


async def fill_account(member: MemberClient) -> None:
    """Give a member every kind of thing that an export holds."""
    base = await create_model(
        member,
        name="Léa 👩\u200d👧  & me",
        breasts=False,
        measurements=WITH_BREASTS | {"neck": "13½ in", "shoulderSlope": "13,5°"},
    )
    variant = await create_variant(
        member, base, name="With a binder", measurements={"chest": "35 in", "highBust": 880.25}
    )
    await create_variant(member, base, name="The same")
    await create_variant(member, base, name="With", breasts=True)
    await create_model(member, name="Empty")
    for model, size in ((base, (90, 60)), (variant, (1500, 800))):
        image = make_image("PNG", size=size)
        url = f"{MODELS}/{model['id']}/avatar"
        assert (await member.request("PUT", url, content=image, headers=PNG)).is_success
    picture = make_image("PNG", colour="navy")
    url = "/v1/profiles/me/picture"
    assert (await member.request("PUT", url, content=picture, headers=PNG)).is_success
    changes = {
        "bio": "I sew\n“coats”.",
        "social_accounts": {"mastodon": "@ada@sewing.example"},
        "unit": "in",
        "language": "fr",
    }
    assert (await member.request("PATCH", "/v1/profiles/me", json=changes)).is_success


async def test_an_export_comes_back_whole_into_a_fresh_account(
    ada: MemberClient, create_member: CreateMember
) -> None:
    await fill_account(ada)
    export, bob = await read_export(ada), await create_member("bob")

    answer = await import_file(bob, export, profile="true")

    assert without_ids(await read_export(bob)) == without_ids(export)
    left_out = [line["entry"] for line in answer["account"] if line["outcome"] == "left_out"]
    assert left_out == ["username", "sessions", "operator", "consents", "repeated_requests"]
    assert answer["dropped"] == ["email"]
    for item in answer["items"]:
        assert {line["outcome"] for line in item["lines"]} == {"taken"}


async def test_a_second_import_adds_the_models_once_more(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    await fill_account(ada)
    export = await read_export(ada)

    await import_file(ada, export)

    assert await count_rows(uows, Model) == 10
    assert await count_rows(uows, Avatar) == 4
    twice = (await read_export(ada))["models"]
    assert [model["name"] for model in twice[:5]] == [model["name"] for model in twice[5:]]
    assert twice[6]["based_on"] == twice[5]["id"]


async def test_the_profile_stays_unless_it_is_asked_for(
    ada: MemberClient, create_member: CreateMember
) -> None:
    await fill_account(ada)
    export, bob = await read_export(ada), await create_member("bob")
    before = (await read_export(bob))["profile"]

    answer = await import_file(bob, export)

    assert (await read_export(bob))["profile"] == before
    bio = next(line for line in answer["account"] if line["entry"] == "bio")
    assert bio["outcome"] == "left_out"
    assert bio["reason"]["en"] == "The profile is imported with `profile=true`."


async def test_a_dry_run_stores_neither_models_nor_profile(
    ada: MemberClient, create_member: CreateMember, uows: UnitOfWorkFactory
) -> None:
    await fill_account(ada)
    export, bob = await read_export(ada), await create_member("bob")
    before = await read_export(bob)

    dry = await import_file(bob, export, profile="true", dry_run="true")

    assert (await read_export(bob)) == before
    real = await import_file(bob, export, profile="true")
    assert [item | {"model": None} for item in real["items"]] == dry["items"]
    assert real["account"] == dry["account"]
    assert dry["items"][1]["measurements"]["waist"] == WITH_BREASTS["waist"]


@pytest.mark.parametrize("path", ["", "/{id}"])
async def test_the_answers_of_models_come_back(
    ada: MemberClient, create_member: CreateMember, path: str
) -> None:
    model = await create_model(
        ada, name="Me", breasts=False, measurements={"chest": "36 in", "highBust": 950}
    )
    answer = (await ada.request("GET", MODELS + path.format(id=model["id"]))).json()
    bob = await create_member("bob")

    (item,) = (await import_file(bob, answer))["items"]

    again = await read_model(bob, item["model"])
    assert again["hidden"] == {"highBust": 950}
    for part in ("name", "breasts", "measurements", "hidden", "missing", "entered"):
        assert again[part] == model[part]


async def test_a_picture_of_the_service_is_not_encoded_again(ada: MemberClient) -> None:
    model = await create_model(ada)
    url = f"{MODELS}/{model['id']}/avatar"
    png = make_image("PNG", size=(64, 48))
    assert (await ada.request("PUT", url, content=png, headers=PNG)).is_success
    stored = (await ada.request("GET", url)).content

    (item,) = (await import_file(ada, await read_export(ada)))["items"]

    assert is_plain_webp(stored)
    again = (await ada.request("GET", f"{MODELS}/{item['model']['id']}/avatar")).content
    assert again == stored


@pytest.mark.parametrize(
    "picture",
    [
        make_image("WEBP", exif=b"Exif\0\0" + b"secret" * 5),
        make_image("WEBP", xmp=b"<x:xmpmeta>secret</x:xmpmeta>"),
        make_image("WEBP", size=(1500, 20)),
        make_image("PNG"),
        make_image("WEBP") + b"secret",
        make_image("WEBP")[:-9],
    ],
)
async def test_only_pictures_as_the_service_writes_them_are_taken(
    ada: MemberClient, uows: UnitOfWorkFactory, picture: bytes
) -> None:
    await create_model(ada)
    export = await read_export(ada)
    export["models"][0]["avatar_webp"] = base64.b64encode(picture).decode()

    (item,) = (await import_file(ada, export))["items"]

    assert item["model"]["avatar"] is None
    line = next(line for line in item["lines"] if line["entry"] == "avatar")
    assert (line["outcome"], line["reason"]["en"]) == ("left_out", DAMAGED)
    assert await count_rows(uows, Avatar) == 0


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
async def test_pictures_with_and_without_transparency_stay_as_they_are(
    ada: MemberClient, mode: str
) -> None:
    model = await create_model(ada)
    file = io.BytesIO()
    noise = Image.effect_noise((70, 50), 80).convert(mode)
    if mode == "RGBA":
        noise.putalpha(Image.effect_noise((70, 50), 120))
    noise.save(file, "PNG")
    url = f"{MODELS}/{model['id']}/avatar"
    assert (await ada.request("PUT", url, content=file.getvalue(), headers=PNG)).is_success

    (item,) = (await import_file(ada, await read_export(ada)))["items"]

    again = (await ada.request("GET", f"{MODELS}/{item['model']['id']}/avatar")).content
    assert again == (await ada.request("GET", url)).content


@pytest.mark.parametrize("picture", ["", "5", "UklGRg==", "?", "a" * 1000, "\\u0000", "é"])
async def test_a_damaged_picture_is_reported_and_the_model_is_stored(
    ada: MemberClient, picture: str
) -> None:
    await create_model(ada)
    export = await read_export(ada)
    export["models"][0]["avatar_webp"] = export["picture_webp"] = picture

    answer = await import_file(ada, export, profile="true")

    (item,) = answer["items"]
    assert item["model"]["avatar"] is None
    line = next(line for line in item["lines"] if line["entry"] == "avatar")
    assert line["outcome"] == "left_out"
    assert line["reason"]["en"] == DAMAGED
    assert {"picture"} <= {
        line["entry"] for line in answer["account"] if line["outcome"] == "left_out"
    }


async def test_values_that_a_profile_does_not_accept_are_reported(ada: MemberClient) -> None:
    export = await read_export(ada)
    export["profile"] |= {
        "bio": "x" * 3000,
        "language": "xx",
        "unit": "mm",
        "social_accounts": {
            "web": "javascript:alert(1)",
            "Bad Network": "x",
            "matrix": "@a:b.example",
        },
    }

    answer = await import_file(ada, export, profile="true")

    outcomes = {line["entry"]: line["outcome"] for line in answer["account"]}
    profile = (await read_export(ada))["profile"]
    assert profile["social_accounts"] == {"matrix": "@a:b.example"}
    assert (profile["unit"], profile["language"], profile["bio"]) == ("mm", "en", None)
    assert outcomes["social_accounts.web"] == outcomes["bio"] == "left_out"
    assert outcomes["unit"] == outcomes["social_accounts.matrix"] == "taken"


async def test_too_many_models_change_nothing_of_the_profile_either(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    await create_model(ada)
    export = await read_export(ada)
    export["profile"]["bio"] = "New"
    export["models"] = [export["models"][0] | {"id": str(n)} for n in range(100)]

    content = json.dumps(export).encode()
    refused = await ada.request("POST", IMPORT, content=content, params={"profile": "true"})

    assert_problem(refused, 409, "too-many-models")
    assert await count_rows(uows, Model) == 1
    assert (await read_export(ada))["profile"]["bio"] is None


async def test_a_file_may_be_larger_only_by_its_pictures(ada: MemberClient) -> None:
    await create_model(ada)
    export = await read_export(ada)
    export["models"][0]["avatar_webp"] = "A" * 2_000_000

    assert (await import_file(ada, export))["items"][0]["model"]
    export["models"][0]["avatar_webp"] = None
    export["padding"] = "A" * 2_000_000
    refused = await ada.request("POST", IMPORT, content=json.dumps(export).encode())
    assert_problem(refused, 413, "too-large")


async def test_another_members_model_is_no_base(
    ada: MemberClient, client: httpx.AsyncClient, create_member: CreateMember
) -> None:
    foreign = await create_model(ada, measurements={"chest": 900})
    bob = await create_member("bob")
    own = await create_model(bob, measurements={"waist": 700})
    answer = await read_model(bob, own) | {"based_on": foreign["id"]}

    (item,) = (await import_file(bob, answer))["items"]

    assert item["model"]["based_on"] is None
    assert item["model"]["measurements"] == {"waist": 700}


async def test_megabytes_that_are_no_picture_are_reported_soon(ada: MemberClient) -> None:
    await create_model(ada)
    export = await read_export(ada)
    export["models"][0]["avatar_webp"] = "A" * 30_000_000
    began = time.perf_counter()

    (item,) = (await import_file(ada, export))["items"]

    assert time.perf_counter() - began < 5
    assert item["model"]["avatar"] is None


async def test_a_hundred_pictures_are_decoded_only_if_they_are_small(ada: MemberClient) -> None:
    bomb = base64.b64encode(make_image("PNG", size=(6000, 6000))).decode()
    await create_model(ada)
    model = (await read_export(ada))["models"][0] | {"avatar_webp": bomb}
    models = [model | {"id": str(number)} for number in range(99)]
    began = time.perf_counter()

    answer = await import_file(
        ada, {"profile": {}, "models": models, "sessions": []}, dry_run="true"
    )

    assert time.perf_counter() - began < 10
    assert len(answer["items"]) == 99


async def test_characters_that_are_no_text_are_not_answered(ada: MemberClient) -> None:
    await create_model(ada)
    export = await read_export(ada)
    export["models"][0] |= {"name": "\ud800Me\u0000", "hidden": {"\ud800": 1}}
    export["profile"] |= {"bio": "\ud800", "social_accounts": {"\ud800" * 90: "\ud800"}}
    export["\ud800"] = "\ud800"

    answer = await import_file(ada, export, profile="true")

    assert answer["items"][0]["name"] == "Me"
    outcomes = {line["entry"]: line["outcome"] for line in answer["account"]}
    assert outcomes["bio"] == "left_out"
    assert "taken" not in [at for entry, at in outcomes.items() if entry.startswith("social")]
