"""Withdrawing the consent to the open dataset, as easily as it was given; and where it ends."""

import asyncio
from uuid import uuid4

import pytest

from dressform.db.unit_of_work import UnitOfWorkFactory
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem
from tests.helpers.auth import erase, restrict
from tests.helpers.consents import (
    NEVER,
    TODAY,
    TOMORROW,
    act,
    acts,
    agree,
    consent_of,
    consent_state,
    mark,
    rows,
    withdraw,
)
from tests.helpers.members import CreateMember, MemberClient


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("en", "Your consent to the open dataset is withdrawn"),
        ("fr", "Votre accord pour le jeu de données ouvert est retiré"),
    ],
)
async def test_withdrawing_is_one_call_and_one_mail(
    create_member: CreateMember, clock: MovableClock, language: str, subject: str
) -> None:
    ada = await create_member("ada", language=language)
    model = await ada.add_model()
    await agree(ada, model_id=model)
    await ada.mailbox.collect()
    clock.advance(days=1)
    await ada.sign_in()

    response = await withdraw(ada)

    history = act("given"), act("withdrawn", TOMORROW)
    withdrawn = consent_state(*history, granted=False, withdrawn_at=TOMORROW)
    assert response.status_code == 200
    assert response.json() == withdrawn
    mail = await ada.mailbox.receive_one()
    assert (mail["Subject"], mail["To"]) == (subject, ada.email)

    clock.advance(minutes=4)
    assert (await withdraw(ada)).json() == withdrawn
    assert await ada.mailbox.collect() == []


async def test_of_several_who_withdraw_at_once_one_gets_a_mail(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    await agree(ada)
    await ada.mailbox.receive_one()

    answers = await asyncio.gather(*(withdraw(ada) for _ in range(8)))

    assert {answer.status_code for answer in answers} == {200}
    await ada.mailbox.receive_one()
    assert [each["act"] for each in await acts(uows)] == ["given", "withdrawn"]


async def test_whoever_agrees_and_withdraws_at_once_has_a_record_in_one_order(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    answers = await asyncio.gather(*(each(ada) for _ in range(6) for each in (agree, withdraw)))

    assert {answer.status_code for answer in answers} == {200}
    recorded = await acts(uows)
    assert [each["number"] for each in recorded] == list(range(1, len(recorded) + 1))
    turns = [each["act"] for each in recorded]
    assert turns == [("given", "withdrawn")[number % 2] for number in range(len(turns))]
    (state,) = await rows(uows)
    assert (state["given_id"] is None) == (turns[-1] == "withdrawn")


async def test_however_often_they_change_their_mind_five_mails_an_hour_confirm_it(
    ada: MemberClient, clock: MovableClock
) -> None:
    """Nor is withdrawing ever refused, and saying no where nothing stood costs no mail."""
    await withdraw(ada)
    for _ in range(7):
        await agree(ada)
        response = await withdraw(ada)
        assert (response.status_code, response.json()["granted"]) == (200, False)
        await withdraw(ada)

    assert len(await ada.mailbox.collect()) == 5
    # The window slides: after an hour and a moment most of the first five still count.
    clock.advance(hours=2)
    await ada.sign_in()
    await agree(ada)
    await ada.mailbox.receive_one()
    await withdraw(ada)
    await ada.mailbox.receive_one()


async def test_whoever_never_agreed_can_say_no(ada: MemberClient, uows: UnitOfWorkFactory) -> None:
    response = await withdraw(ada)

    assert response.json() == NEVER
    assert await rows(uows) == []
    assert await ada.mailbox.collect() == []


async def test_no_needs_no_text_and_looks_at_none(ada: MemberClient) -> None:
    await agree(ada)

    response = await agree(ada, granted=False, text_version="0", model_id=str(uuid4()))

    assert response.status_code == 200
    assert response.json()["granted"] is False
    assert_problem(await agree(ada, granted=False, model_id="x"), 422, "invalid-input")


async def test_agreeing_after_withdrawing_begins_anew_and_leaves_the_marks(
    ada: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await agree(ada, language="fr")
    (agreed,) = await acts(uows)
    await mark(uows, times_counted=3, drawn_year=2027, drawn_under=agreed["id"])
    await withdraw(ada)
    assert [(row["times_counted"], row["drawn_year"]) for row in await rows(uows)] == [(3, 2027)]
    assert (await consent_of(ada))["drawn_year"] == 2027
    clock.advance(days=1)
    await ada.sign_in()

    again = await agree(ada)

    history = (
        act("given", language="fr", drawn_year=2027),
        act("withdrawn", language="fr"),
        act("given", TOMORROW),
    )
    assert again.json() == consent_state(*history, granted_at=TOMORROW, drawn_year=2027)
    assert [(row["times_counted"], row["drawn_year"]) for row in await rows(uows)] == [(3, 2027)]


async def test_who_is_restricted_may_withdraw_but_not_agree(
    ada: MemberClient, create_member: CreateMember, uows: UnitOfWorkFactory
) -> None:
    await agree(ada)
    await ada.mailbox.receive_one()
    await restrict(ada)

    assert_problem(await agree(ada), 403, "account-restricted")
    assert (await consent_of(ada))["granted"] is True
    assert (await withdraw(ada)).json()["granted"] is False
    await ada.mailbox.receive_one()
    assert_problem(await agree(ada), 403, "account-restricted")
    assert (await consent_of(ada))["granted"] is False


async def test_withdrawing_and_erasing_at_once_wait_for_each_other_in_order(
    create_member: CreateMember,
) -> None:
    for number in range(5):
        person = await create_member(f"person{number}")
        await agree(person)

        erased, *withdrawn = await asyncio.gather(
            erase(person), *(withdraw(person) for _ in range(3))
        )

        assert erased.status_code == 204
        assert {answer.status_code for answer in withdrawn} <= {200, 401}
        await person.mailbox.collect()


async def test_it_is_each_members_own(ada: MemberClient, create_member: CreateMember) -> None:
    grace = await create_member("grace")
    await agree(ada)

    assert (await withdraw(grace)).json() == NEVER
    assert (await consent_of(ada))["granted"] is True


async def test_erasing_the_account_takes_it_along(
    ada: MemberClient, create_member: CreateMember, uows: UnitOfWorkFactory
) -> None:
    grace = await create_member("grace")
    await agree(ada)
    await agree(grace)
    await mark(uows, times_counted=1, drawn_year=2027)

    assert (await erase(ada)).status_code == 204

    assert len(await rows(uows)) == 1
    assert len(await acts(uows)) == 1
    assert (await consent_of(grace))["granted"] is True


async def test_a_mail_that_still_waits_goes_with_the_account(ada: MemberClient) -> None:
    await agree(ada)
    await withdraw(ada)

    await erase(ada)

    assert "gone" in (await ada.mailbox.receive_one())["Subject"]


async def test_the_export_holds_it_with_every_mark(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    assert (await ada.request("GET", "/v1/privacy/export")).json()["consents"] == []
    await agree(ada)
    await mark(uows, times_counted=2, drawn_year=2027)
    await withdraw(ada)

    exported = (await ada.request("GET", "/v1/privacy/export")).json()["consents"]

    told = await consent_of(ada)
    told.pop("text")
    assert exported == [told | {"times_counted": 2}]
    assert (told["granted"], told["withdrawn_at"], told["drawn_year"]) == (False, TODAY, 2027)
    assert told["history"] == [act("given"), act("withdrawn")]
