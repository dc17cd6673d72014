"""The consent to the open dataset: off until given, withdrawn as easily, and on record."""

import asyncio
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.opendata.consent import CURRENT
from dressform.repositories import consents
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem
from tests.helpers.consents import (
    AGREED,
    CONSENT,
    CONSENTS,
    NEVER,
    TODAY,
    TOMORROW,
    act,
    acts,
    agree,
    agreed_to_an_earlier_text,
    consent_of,
    consent_state,
    mark,
    rows,
    withdraw,
)
from tests.helpers.members import CreateMember, Mailbox, MemberClient


def pointers(answer: dict[str, Any]) -> set[str]:
    return {error["pointer"] for error in answer["errors"]}


async def test_it_is_off_until_somebody_says_yes(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    await ada.add_model()

    consent = await consent_of(ada)

    consent.pop("text")
    assert consent == NEVER
    assert await rows(uows) == []


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_the_text_is_told_in_the_language_asked_for(ada: MemberClient, language: str) -> None:
    told = (await consent_of(ada, language=language))["text"]

    text_ = CURRENT[language]
    assert told == {
        "version": text_.version,
        "language": language,
        "sha256": text_.sha256.hex(),
        "text": text_.text,
    }


async def test_the_text_is_in_the_members_own_language_unless_asked(
    create_member: CreateMember,
) -> None:
    zoe = await create_member("zoe", language="fr")

    assert (await consent_of(zoe))["text"]["text"] == CURRENT["fr"].text
    assert (await zoe.request("GET", f"{CONSENTS}?language=de")).status_code == 422


async def test_agreeing_is_kept_with_what_was_agreed_to(
    ada: MemberClient, mailbox: Mailbox
) -> None:
    response = await agree(ada)

    assert response.status_code == 200
    assert response.json() == consent_state()
    consent = await consent_of(ada, language="fr")
    consent.pop("text")
    assert consent == consent_state()
    assert (await mailbox.receive_one())["Subject"] == "You agreed to the open dataset"


async def test_it_is_confirmed_by_mail_in_the_members_language(create_member: CreateMember) -> None:
    zoe = await create_member("zoe", language="fr")

    await agree(zoe, language="en")

    mail = await zoe.mailbox.receive_one()
    assert mail["Subject"] == "Vous avez accepté le jeu de données ouvert"
    assert mail["To"] == zoe.email


async def test_it_is_the_hash_of_the_language_that_was_read(ada: MemberClient) -> None:
    french = CURRENT["fr"].sha256.hex()

    response = await agree(ada, language="fr", text_sha256=french)

    expected = consent_state(act("given", language="fr"), language="fr", text_sha256=french)
    assert response.json() == expected


@pytest.mark.parametrize(
    "other",
    [
        {"text_version": "0"},
        {"text_version": "2027.1"},
        {"text_sha256": "0" * 64},
        {"text_sha256": CURRENT["fr"].sha256.hex()},
    ],
)
async def test_nobody_agrees_to_another_text_than_the_one_they_read(
    ada: MemberClient, uows: UnitOfWorkFactory, other: dict[str, str]
) -> None:
    response = await agree(ada, **other)

    assert_problem(response, 409, "consent-text-changed")
    assert CONSENTS in response.json()["detail"]
    assert await rows(uows) == []


@pytest.mark.parametrize("left_out", ["text_version", "language"])
async def test_agreeing_says_to_what(
    ada: MemberClient, uows: UnitOfWorkFactory, left_out: str
) -> None:
    body = {name: value for name, value in AGREED.items() if name != left_out}

    response = await ada.request("PUT", CONSENT, json=body)

    assert_problem(response, 422, "invalid-input")
    assert pointers(response.json()) == {f"#/{left_out}"}
    assert await rows(uows) == []


async def test_one_of_ones_own_models_can_be_chosen(ada: MemberClient) -> None:
    await ada.add_model()
    second = await ada.add_model()

    assert (await agree(ada, model_id=second)).json() == consent_state(model_id=second)


async def test_anothers_model_is_refused_just_like_none(
    ada: MemberClient, create_member: CreateMember, uows: UnitOfWorkFactory
) -> None:
    graces = await (await create_member("grace")).add_model()

    hers, none = await agree(ada, model_id=graces), await agree(ada, model_id=str(uuid4()))

    assert_problem(hers, 422, "invalid-input")
    assert hers.json()["errors"] == none.json()["errors"]
    assert pointers(hers.json()) == {"#/model_id"}
    assert await rows(uows) == []


async def test_agreeing_again_only_chooses_the_model(
    ada: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    """What was read, and when, stays: only who agreed before a day is drawn on it."""
    model = await ada.add_model()
    await agree(ada)
    (agreed,) = await acts(uows)
    clock.advance(days=1)
    await ada.sign_in()

    chosen = await agree(ada, language="fr", model_id=model)
    left_to_chance = await agree(ada)

    assert chosen.json() == consent_state(model_id=model)
    assert left_to_chance.json() == consent_state()
    assert await acts(uows) == [agreed]
    await ada.mailbox.receive_one()


async def test_agreeing_to_a_new_text_is_a_new_consent(
    ada: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await agree(ada)
    await agreed_to_an_earlier_text(uows)
    await mark(uows, times_counted=2)
    old = await consent_of(ada)
    assert (old["granted"], old["text_version"]) == (True, "0")
    clock.advance(days=1)
    await ada.sign_in()

    again = await agree(ada)

    earlier = act("given", text_version="0", text_sha256=sha256(b"").hexdigest())
    history = act("given"), earlier, act("given", TOMORROW)
    assert again.json() == consent_state(*history, granted_at=TOMORROW)
    assert [row["times_counted"] for row in await rows(uows)] == [2]


async def test_a_model_that_is_removed_is_no_longer_chosen(ada: MemberClient) -> None:
    model, other = await ada.add_model(), await ada.add_model()
    await agree(ada, model_id=model)

    assert (await ada.request("DELETE", f"/v1/models/{other}")).status_code == 204
    assert (await consent_of(ada))["model_id"] == model
    assert (await ada.request("DELETE", f"/v1/models/{model}")).status_code == 204

    consent = await consent_of(ada)
    consent.pop("text")
    assert consent == consent_state()


async def test_choosing_a_model_while_it_is_removed_leaves_none_behind(ada: MemberClient) -> None:
    for _ in range(5):
        model = await ada.add_model()

        removed, *agreed = await asyncio.gather(
            ada.request("DELETE", f"/v1/models/{model}"),
            *(agree(ada, model_id=model) for _ in range(3)),
        )

        assert removed.status_code == 204
        assert {answer.status_code for answer in agreed} <= {200, 422}
        consent = await consent_of(ada)
        assert consent["model_id"] is None


async def test_the_rows_hold_what_they_say(ada: MemberClient, uows: UnitOfWorkFactory) -> None:
    model = await ada.add_model()
    await agree(ada, model_id=model)

    (row,), (agreed,) = await rows(uows), await acts(uows)

    assert (agreed["number"], agreed["act"], agreed["language"]) == (1, "given", "en")
    assert agreed["text_version"] == CURRENT["en"].version
    assert agreed["text_sha256"] == CURRENT["en"].sha256
    assert agreed["acted_at"] == datetime.fromisoformat(TODAY)
    assert agreed["id"].version == 4
    assert (row["given_id"], row["model_id"]) == (agreed["id"], UUID(model))
    assert (row["times_counted"], row["drawn_year"], row["drawn_under"]) == (0, None, None)


async def test_the_record_is_bounded_and_withdrawing_has_the_last_place(
    ada: MemberClient, uows: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consents, "MAX_ACTS", 4)
    for _ in range(2):
        await agree(ada)
        assert (await withdraw(ada)).json()["granted"] is False
    recorded = await acts(uows)
    assert [each["number"] for each in recorded] == [1, 2, 3, 4]

    assert_problem(await agree(ada), 409, "too-many-consents")

    assert (await withdraw(ada)).json()["granted"] is False
    assert await acts(uows) == recorded
    monkeypatch.setattr(consents, "MAX_ACTS", 5)
    assert_problem(await agree(ada), 409, "too-many-consents")
