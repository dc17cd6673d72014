"""Dressform's own answers come back: names, hidden values, texts, variants and pictures."""

import json
from typing import Any

import pytest

from dressform.sewing.formats import (
    EntryReport,
    ImportedBody,
    ImportedProfile,
    ImportOptions,
    Outcome,
    UnreadableFileError,
    parse_file,
)
from dressform.sewing.units import EnteredValue, MeasurementUnit
from tests.sewing.formats.samples import list_left_out


def make_model(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-4000-8000-00000000000{number}",
        "name": "Me, 2026",
        "breasts": True,
        "measurements": {"chest": 925},
        "hidden": {},
        "missing": ["waist"],
        "entered": {},
        "display": None,
        "based_on": None,
        "own_values": [],
        "avatar": None,
        "created_on": "2026-03-01",
        "updated_on": "2026-03-01",
    } | fields


BASE = make_model(
    1, breasts=False, measurements={"chest": 925, "waist": 700}, hidden={"highBust": 9}
)
VARIANT = make_model(
    2,
    name="Winter",
    breasts=False,
    measurements={"chest": 925, "waist": 720, "neck": 419.1},
    hidden={"highBust": 9},
    entered={"neck": {"text": "16 1/2", "unit": "in"}},
    based_on=BASE["id"],
    own_values=["neck", "waist"],
)
PROFILE = {
    "username": "ada.l",
    "bio": 'I sew\n"coats".',
    "social_accounts": {"mastodon": "@ada@sewing.example"},
    "picture": "/v1/profiles/me/picture",
    "email": "ada@example.org",
    "language": "fr",
    "unit": "in",
}


def parse(document: Any, **options: Any) -> Any:
    return parse_file(json.dumps(document).encode(), options=ImportOptions(**options))


def list_outcomes(lines: tuple[EntryReport, ...]) -> list[tuple[str, str]]:
    return [(line.entry, line.outcome.value) for line in lines]


def test_hidden_values_come_back_and_are_in_the_report() -> None:
    found = parse(make_model(breasts=False, hidden={"highBust": 950}))

    assert found.models == (
        ImportedBody({"chest": 925, "highBust": 950}, breasts=False, name="Me, 2026"),
    )
    assert list_outcomes(found.report) == [
        ("name", "taken"),
        ("chest", "taken"),
        ("highBust", "taken"),
    ]


@pytest.mark.parametrize("shape", ["one", "page", "list", "export"])
def test_every_answer_with_models_is_read(shape: str) -> None:
    model = make_model()
    document = {
        "one": model,
        "page": {"items": [model], "next": None},
        "list": [model],
        "export": {"profile": PROFILE, "models": [model], "sessions": []},
    }[shape]

    assert parse(document).models == (ImportedBody({"chest": 925}, breasts=True, name="Me, 2026"),)


def test_a_variant_has_only_what_differs_from_its_base() -> None:
    found = parse({"items": [BASE, VARIANT], "next": None})

    assert found.models[1] == ImportedBody(
        {"waist": 720, "neck": 419.1},
        breasts=None,
        name="Winter",
        typed={"neck": EnteredValue("16 1/2", MeasurementUnit.INCH)},
        base=0,
    )
    assert list_left_out(found) == []


def test_a_value_that_differs_from_the_base_is_never_lost() -> None:
    found = parse([BASE, VARIANT | {"own_values": []}])

    assert found.models[1].measurements == {"waist": 720, "neck": 419.1}


def test_a_flag_that_differs_from_the_base_is_kept() -> None:
    found = parse([BASE, VARIANT | {"breasts": True}])

    assert found.models[1].breasts is True


@pytest.mark.parametrize(
    "document", [VARIANT, [VARIANT, BASE], [BASE | {"based_on": BASE["id"]}], [VARIANT, VARIANT]]
)
def test_a_variant_without_its_base_is_complete(document: Any) -> None:
    found = parse(document)

    assert found.models[0].base is None
    assert "highBust" in found.models[0].measurements
    assert [line.entry for line in found.report if line.outcome is Outcome.LEFT_OUT][:1] == [
        "based_on"
    ]


def test_a_variant_is_no_base() -> None:
    third = make_model(3, based_on=VARIANT["id"])

    assert [body.base for body in parse([BASE, VARIANT, third]).models] == [None, 0, None]


@pytest.mark.parametrize(
    "entered",
    [
        {"chest": {"text": "93 cm", "unit": "cm"}},
        {"chest": {"text": "92.5 cm", "unit": "in"}},
        {"chest": {"text": "", "unit": "cm"}},
        {"chest": {"text": "x" * 5_000, "unit": "cm"}},
        {"chest": {"unit": "cm"}},
        {"chest": {"text": "92.5", "unit": "league"}},
        {"chest": "92.5 cm"},
        {"waist": {"text": "70 cm", "unit": "cm"}},
        {"unknown": {"text": "70 cm", "unit": "cm"}},
    ],
)
def test_a_text_that_does_not_give_its_number_is_left_out(entered: Any) -> None:
    found = parse(make_model(entered=entered))

    assert found.models[0].measurements == {"chest": 925}
    assert found.models[0].typed == {}
    assert len(list_left_out(found)) == 1


def test_the_profile_is_read_when_it_is_asked_for() -> None:
    document = {
        "profile": PROFILE,
        "picture_webp": "1",
        "models": [],
        "sessions": [],
        "operator": False,
        "consents": [],
    }

    found = parse(document, profile=True)

    assert found.profile == ImportedProfile(
        bio='I sew\n"coats".',
        social_accounts={"mastodon": "@ada@sewing.example"},
        settings={"language": "fr", "unit": "in"},
        picture=1,
    )
    assert list_outcomes(found.account) == [
        ("username", "left_out"),
        ("language", "taken"),
        ("unit", "taken"),
        ("bio", "taken"),
        ("social_accounts.mastodon", "taken"),
        ("picture", "taken"),
        ("sessions", "left_out"),
        ("operator", "left_out"),
        ("consents", "left_out"),
    ]
    assert found.dropped == ("email",)


def test_the_profile_is_only_reported_otherwise() -> None:
    found = parse({"profile": PROFILE, "models": [], "sessions": []})

    assert found.profile is None
    assert {outcome for _, outcome in list_outcomes(found.account)} == {"left_out"}
    assert "I sew" not in repr(found)


def test_a_picture_that_is_not_in_the_file_is_reported() -> None:
    found = parse(make_model(avatar="/v1/models/1/avatar"))

    assert list_outcomes(found.report)[1] == ("chest", "taken")
    assert [line.entry for line in found.report if line.outcome is Outcome.LEFT_OUT] == ["avatar"]


def test_a_page_that_is_not_the_last_says_so() -> None:
    found = parse({"items": [make_model()], "next": "abc"})

    assert list_outcomes(found.account) == [("next", "left_out")]


def test_an_item_that_is_no_model_is_reported() -> None:
    found = parse({"items": [make_model(), {}, 5], "next": None})

    assert len(found.models) == 1
    assert list_outcomes(found.account) == [("items", "left_out")] * 2


@pytest.mark.parametrize(
    "document",
    [
        {"items": [{}], "next": None},
        {"models": {}, "profile": {}, "sessions": []},
        {"models": [], "profile": {}},
    ],
)
def test_what_only_resembles_an_answer_is_refused(document: Any) -> None:
    with pytest.raises(UnreadableFileError, match="no measurements found"):
        parse(document)
