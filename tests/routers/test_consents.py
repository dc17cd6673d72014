"""The consent to the open dataset: off until given, withdrawn as easily, and on record."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text, update

from dressform.database import Units
from dressform.opendata.consent import CURRENT
from dressform.tables import DatasetConsent
from tests.agreeing import AGREED, CONSENT, CONSENTS, agree, consent_of, withdraw
from tests.answers import assert_problem
from tests.auth_calls import erase, restrict
from tests.conftest import MovableClock
from tests.people import Mailbox, Person

Join = Callable[..., Awaitable[Person]]

NOON, LATER = "2026-03-01T12:00:00Z", "2026-03-01T12:04:00Z"
NEVER = {
    "key": "open-dataset",
    "given": False,
    "given_at": None,
    "withdrawn_at": None,
    "language": None,
    "text_version": None,
    "text_sha256": None,
    "model_id": None,
    "drawn_in": None,
}
GIVEN = NEVER | {
    "given": True,
    "given_at": NOON,
    "language": "en",
    "text_version": CURRENT["en"].version,
    "text_sha256": CURRENT["en"].sha256.hex(),
}


async def rows(units: Units) -> list[Any]:
    async with units.reading() as unit:
        found = await unit.connection.execute(text("SELECT * FROM dataset_consent"))
        return list(found.mappings())


async def mark(units: Units, **marks: object) -> None:
    """As a draw does, or an earlier text had done."""
    async with units.writing() as unit:
        await unit.connection.execute(update(DatasetConsent).values(**marks))


def pointers(answer: dict[str, Any]) -> set[str]:
    return {error["pointer"] for error in answer["errors"]}


async def test_it_is_off_until_somebody_says_yes(ada: Person, units: Units) -> None:
    await ada.add_model()

    consent = await consent_of(ada)

    consent.pop("text")
    assert consent == NEVER
    assert await rows(units) == []


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_the_text_is_told_in_the_language_asked_for(ada: Person, language: str) -> None:
    told = (await consent_of(ada, language=language))["text"]

    text_ = CURRENT[language]
    assert told == {
        "version": text_.version,
        "language": language,
        "sha256": text_.sha256.hex(),
        "text": text_.text,
    }


async def test_the_text_is_in_the_members_own_language_unless_asked(join: Join) -> None:
    zoe = await join("zoe", language="fr")

    assert (await consent_of(zoe))["text"]["text"] == CURRENT["fr"].text
    assert (await zoe.ask("GET", f"{CONSENTS}?language=de")).status_code == 422


async def test_agreeing_is_kept_with_what_was_agreed_to(ada: Person, mailbox: Mailbox) -> None:
    response = await agree(ada)

    assert response.status_code == 200
    assert response.json() == GIVEN
    consent = await consent_of(ada, language="fr")
    consent.pop("text")
    assert consent == GIVEN
    assert await mailbox.collect() == []


async def test_it_is_the_hash_of_the_language_that_was_read(ada: Person) -> None:
    sha256 = CURRENT["fr"].sha256.hex()

    response = await agree(ada, language="fr", text_sha256=sha256)

    assert response.json() == GIVEN | {"language": "fr", "text_sha256": sha256}


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
    ada: Person, units: Units, other: dict[str, str]
) -> None:
    response = await agree(ada, **other)

    assert_problem(response, 409, "consent-text-changed")
    assert CONSENTS in response.json()["detail"]
    assert await rows(units) == []


@pytest.mark.parametrize("left_out", ["text_version", "language"])
async def test_agreeing_says_to_what(ada: Person, units: Units, left_out: str) -> None:
    body = {name: value for name, value in AGREED.items() if name != left_out}

    response = await ada.ask("PUT", CONSENT, json=body)

    assert_problem(response, 422, "invalid-input")
    assert pointers(response.json()) == {f"#/{left_out}"}
    assert await rows(units) == []


async def test_one_of_ones_own_models_can_be_chosen(ada: Person) -> None:
    await ada.add_model()
    second = await ada.add_model()

    assert (await agree(ada, model_id=second)).json() == GIVEN | {"model_id": second}


async def test_anothers_model_is_refused_just_like_none(
    ada: Person, join: Join, units: Units
) -> None:
    graces = await (await join("grace")).add_model()

    hers, none = await agree(ada, model_id=graces), await agree(ada, model_id=str(uuid4()))

    assert_problem(hers, 422, "invalid-input")
    assert hers.json()["errors"] == none.json()["errors"]
    assert pointers(hers.json()) == {"#/model_id"}
    assert await rows(units) == []


async def test_agreeing_again_only_chooses_the_model(ada: Person, clock: MovableClock) -> None:
    """What was read, and when, stays: only who agreed before a day is drawn on it."""
    model = await ada.add_model()
    await agree(ada)
    clock.advance(minutes=4)

    chosen = await agree(ada, language="fr", model_id=model)
    left_to_chance = await agree(ada)

    assert chosen.json() == GIVEN | {"model_id": model}
    assert left_to_chance.json() == GIVEN


async def test_agreeing_to_a_new_text_is_a_new_consent(
    ada: Person, units: Units, clock: MovableClock
) -> None:
    await agree(ada)
    await mark(units, text_version="0", text_sha256=b"\0" * 32, counted=2)
    old = await consent_of(ada)
    assert (old["given"], old["text_version"]) == (True, "0")
    clock.advance(minutes=4)

    again = await agree(ada)

    assert again.json() == GIVEN | {"given_at": LATER}
    assert [row["counted"] for row in await rows(units)] == [2]


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("en", "Your consent to the open dataset is withdrawn"),
        ("fr", "Votre accord pour le jeu de données ouvert est retiré"),
    ],
)
async def test_withdrawing_is_one_call_and_one_mail(
    join: Join, clock: MovableClock, language: str, subject: str
) -> None:
    ada = await join("ada", language=language)
    model = await ada.add_model()
    await agree(ada, model_id=model)
    clock.advance(minutes=4)

    response = await withdraw(ada)

    withdrawn = GIVEN | {"given": False, "withdrawn_at": LATER}
    assert response.status_code == 200
    assert response.json() == withdrawn
    mail = await ada.mailbox.one()
    assert (mail["Subject"], mail["To"]) == (subject, ada.email)

    clock.advance(minutes=4)
    assert (await withdraw(ada)).json() == withdrawn
    assert await ada.mailbox.collect() == []


async def test_of_several_who_withdraw_at_once_one_gets_a_mail(ada: Person) -> None:
    await agree(ada)

    answers = await asyncio.gather(*(withdraw(ada) for _ in range(8)))

    assert {answer.status_code for answer in answers} == {200}
    await ada.mailbox.one()


async def test_whoever_never_agreed_can_say_no(ada: Person, units: Units) -> None:
    response = await withdraw(ada)

    assert response.json() == NEVER
    assert await rows(units) == []
    assert await ada.mailbox.collect() == []


async def test_no_needs_no_text_and_looks_at_none(ada: Person) -> None:
    await agree(ada)

    response = await agree(ada, given=False, text_version="0", model_id=str(uuid4()))

    assert response.status_code == 200
    assert response.json()["given"] is False


async def test_agreeing_after_withdrawing_begins_anew_and_leaves_the_marks(
    ada: Person, units: Units, clock: MovableClock
) -> None:
    await agree(ada, language="fr")
    await mark(units, counted=3, drawn_in=2027)
    await withdraw(ada)
    assert [(row["counted"], row["drawn_in"]) for row in await rows(units)] == [(3, 2027)]
    assert (await consent_of(ada))["drawn_in"] == 2027
    clock.advance(minutes=4)

    again = await agree(ada)

    assert again.json() == GIVEN | {"given_at": LATER, "drawn_in": 2027}
    assert [(row["counted"], row["drawn_in"]) for row in await rows(units)] == [(3, 2027)]


async def test_a_model_that_is_removed_is_no_longer_chosen(ada: Person) -> None:
    model, other = await ada.add_model(), await ada.add_model()
    await agree(ada, model_id=model)

    assert (await ada.ask("DELETE", f"/v1/models/{other}")).status_code == 204
    assert (await consent_of(ada))["model_id"] == model
    assert (await ada.ask("DELETE", f"/v1/models/{model}")).status_code == 204

    consent = await consent_of(ada)
    consent.pop("text")
    assert consent == GIVEN


async def test_choosing_a_model_while_it_is_removed_leaves_none_behind(ada: Person) -> None:
    for _ in range(5):
        model = await ada.add_model()

        removed, *agreed = await asyncio.gather(
            ada.ask("DELETE", f"/v1/models/{model}"),
            *(agree(ada, model_id=model) for _ in range(3)),
        )

        assert removed.status_code == 204
        assert {answer.status_code for answer in agreed} <= {200, 422}
        consent = await consent_of(ada)
        assert consent["model_id"] is None


async def test_who_is_restricted_may_withdraw_but_not_agree(
    ada: Person, join: Join, units: Units
) -> None:
    await agree(ada)
    await restrict(ada)

    assert_problem(await agree(ada), 403, "restricted")
    assert (await consent_of(ada))["given"] is True
    assert (await withdraw(ada)).json()["given"] is False
    await ada.mailbox.one()
    assert_problem(await agree(ada), 403, "restricted")
    assert (await consent_of(ada))["given"] is False


async def test_withdrawing_and_erasing_at_once_wait_for_each_other_in_order(join: Join) -> None:
    for number in range(5):
        person = await join(f"person{number}")
        await agree(person)

        erased, *withdrawn = await asyncio.gather(
            erase(person), *(withdraw(person) for _ in range(3))
        )

        assert erased.status_code == 204
        assert {answer.status_code for answer in withdrawn} <= {200, 401}
        await person.mailbox.collect()


async def test_it_is_each_members_own(ada: Person, join: Join) -> None:
    grace = await join("grace")
    await agree(ada)

    assert (await withdraw(grace)).json() == NEVER
    assert (await consent_of(ada))["given"] is True


async def test_erasing_the_account_takes_it_along(ada: Person, join: Join, units: Units) -> None:
    grace = await join("grace")
    await agree(ada)
    await agree(grace)
    await mark(units, counted=1, drawn_in=2027)

    assert (await erase(ada)).status_code == 204

    assert len(await rows(units)) == 1
    assert (await consent_of(grace))["given"] is True


async def test_a_mail_that_still_waits_goes_with_the_account(ada: Person) -> None:
    await agree(ada)
    await withdraw(ada)

    await erase(ada)

    assert "gone" in (await ada.mailbox.one())["Subject"]


async def test_the_export_holds_it_with_every_mark(ada: Person, units: Units) -> None:
    assert (await ada.ask("GET", "/v1/privacy/export")).json()["consents"] == []
    await agree(ada)
    await mark(units, counted=2, drawn_in=2027)
    await withdraw(ada)

    exported = (await ada.ask("GET", "/v1/privacy/export")).json()["consents"]

    told = await consent_of(ada)
    told.pop("text")
    assert exported == [told | {"counted": 2}]
    assert (told["given"], told["withdrawn_at"], told["drawn_in"]) == (False, NOON, 2027)


async def test_the_row_holds_what_it_says(ada: Person, units: Units) -> None:
    model = await ada.add_model()
    await agree(ada, model_id=model)

    (row,) = await rows(units)

    assert row["text_sha256"] == CURRENT["en"].sha256
    assert row["given_at"] == datetime.fromisoformat(NOON)
    assert row["model_id"] == UUID(model)
    assert (row["counted"], row["drawn_in"], row["withdrawn_at"]) == (0, None, None)
