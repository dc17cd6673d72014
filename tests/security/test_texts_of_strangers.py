"""Attacks that put a text of the attacker's choice, which mail programs turn into a link, into a mail."""

import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, meta

import dressform.mail
from dressform.clock import now
from dressform.crypto.secrets import random_id
from dressform.mail.addresses import is_writable, normalize_address
from dressform.mail.compose import MailRenderer
from tests.helpers.members import CreateMember, Mailbox, MemberClient

TEMPLATES = sorted((Path(dressform.mail.__file__).parent / "templates").glob("[ef][nr]/*.txt"))
OWN_VALUES = {"site", "site_name", "contact", "link", "code", "ends_at", "until"}
"""Values that the service makes by itself: its address, a link to it, and times."""
BAIT = "free-gift-of-evil"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_template_shows_only_what_the_service_made(template: Path) -> None:
    """Whoever adds a value that people type must decide here how it is kept from being a link."""
    tree = Environment(autoescape=True).parse(template.read_text())
    subject = Environment(autoescape=True).parse(template.read_text().partition("\n")[0])

    assert meta.find_undeclared_variables(tree) <= OWN_VALUES
    assert meta.find_undeclared_variables(subject) <= {"ends_at", "until"}
    assert not re.search(r"https?:|www\.|\w@\w", template.read_text())


def test_every_template_is_in_both_languages() -> None:
    names = [{path.name for path in TEMPLATES if path.parent.name == each} for each in ("en", "fr")]

    assert names[0] == names[1] != set()


async def test_no_mail_repeats_a_username(create_member: CreateMember, mailbox: Mailbox) -> None:
    """Neither that of a registration, nor that of the member who took it."""
    ada = await create_member("ada")
    bea = MemberClient(ada.client, mailbox, BAIT, email="bea@example.org")
    await bea.register()
    await ada.request("PATCH", "/v1/profiles/me", json={"username": BAIT})
    await ada.client.post("/v1/auth/password/forgot", json={"email": bea.email})
    mails = await mailbox.collect()

    assert len(mails) == 3
    for message in mails:
        assert "evil" not in message.as_string()
        assert [each.display_name for each in message["To"].addresses] == [""]


@pytest.mark.parametrize("rename", range(3))
async def test_taking_a_name_again_and_again_sends_one_mail(
    create_member: CreateMember, mailbox: Mailbox, rename: int
) -> None:
    ada = await create_member("ada")
    bea = MemberClient(ada.client, mailbox, "wanted")
    await bea.register()
    token = await mailbox.token()

    for _ in range(rename + 1):
        for name in ("wanted", "ada"):
            await ada.request("PATCH", "/v1/profiles/me", json={"username": name})

    assert [message["To"] for message in await mailbox.collect()] == [bea.email]
    # The name is held for thirty days, so bea takes another with the same link.
    assert (await bea.confirm(token, username="bea")).status_code == 200


LOCAL = st.text("abz019.!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=64)


@given(
    LOCAL | LOCAL.map(lambda text: f"=?utf-8?{text}?="),
    st.sampled_from(["e.org", "x" * 60 + ".org"]),
)
def test_an_address_that_is_taken_can_be_written_to(local: str, domain: str) -> None:
    """Sending reads back the very address: no byte of it changes the header."""
    try:
        address = normalize_address(f"{local}@{domain}")
    except ValueError:
        return

    if is_writable(address):
        renderer = MailRenderer(
            sender="Dressform <post@e.org>",
            frontend_url="https://e.org",
            site_name="Dressform",
            clock=now,
        )
        message = renderer.render("erased", str(random_id()), to=address, language="en")
        read = message_from_bytes(message.as_bytes(policy=policy.SMTP), policy=policy.default)
        assert [each.addr_spec for each in read["To"].addresses] == [address]
    else:
        assert "=?" in address
