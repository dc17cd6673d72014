from email.message import EmailMessage

import pytest

from tests.helpers.auth import change_email, change_password, erase, forgot, request_sign_in_mail
from tests.helpers.consents import agree, withdraw
from tests.helpers.members import CreateMember, MemberClient, token_of

BOTH = ("en", "fr")


async def every_mail(person: MemberClient) -> dict[str, EmailMessage]:
    """Each that the service writes, by what it is about."""
    mailbox = person.mailbox
    found = {}
    await person.client.post(
        "/v1/auth/register",
        json={
            "email": person.email,
            "username": "another",
            "password": person.password,
            "language": "en",
        },
    )
    found["already registered"] = await mailbox.receive_one()
    await person.register()
    await forgot(person.client, person.email)
    found["reset"] = await mailbox.receive_one()
    await request_sign_in_mail(person.client, person.email)
    found["sign in"] = await mailbox.receive_one()
    await change_email(person, "new@example.org")
    found["confirm"], found["asked"] = await mailbox.collect()
    body = {"token": token_of(found["confirm"]), "password": person.password}
    await person.client.post("/v1/auth/email/confirm", json=body)
    found["changed"] = await mailbox.receive_one()
    person.email = "new@example.org"
    await change_password(person, "nine needles in the hay")
    person.password = "nine needles in the hay"
    found["password"] = await mailbox.receive_one()
    await agree(person)
    found["given"] = await mailbox.receive_one()
    await withdraw(person)
    found["withdrawn"] = await mailbox.receive_one()
    await erase(person)
    found["erased"] = await mailbox.receive_one()
    return found


@pytest.mark.parametrize("language", BOTH)
async def test_every_mail_speaks_the_members_language(
    create_member: CreateMember, language: str
) -> None:
    person = await create_member("zoe", language=language)

    found = await every_mail(person)

    assert len(found) == 10
    words = {"en": " your ", "fr": " votre "}[language]
    for message in found.values():
        assert message["Content-Language"] == language
        assert words in f"{message['Subject']} {message.get_content()}".replace("\n", " ").lower()
        assert "http://localhost:8000" in message.get_content()
        assert "{{" not in message.get_content()
        assert "zoe@" not in message.get_content()
        assert "new@" not in message.get_content()


@pytest.mark.parametrize("language", BOTH)
async def test_a_token_stands_in_the_fragment_alone(
    create_member: CreateMember, language: str
) -> None:
    person = await create_member("zoe", language=language)

    found = await every_mail(person)

    with_links = {kind for kind, message in found.items() if "token" in message.get_content()}
    assert with_links == {"reset", "sign in", "confirm"}
    pages = {"reset": "reset-password", "sign in": "sign-in", "confirm": "confirm-email"}
    for kind, page in pages.items():
        token = token_of(found[kind])
        lines = found[kind].get_content().splitlines()
        assert f"http://localhost:8000/{page}#token={token}" in lines
        assert found[kind].as_bytes().count(token.encode()) == found[kind].as_bytes().count(
            f"http://localhost:8000/{page}#token={token}".encode()
        )
