"""Nobody can mark another's address as one that takes no mail, and no report holds the service up."""

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dressform.actions.draft_mails import DRAFTS
from dressform.crypto.mail_ids import REPORT_PERIOD, MailIds, SentMail
from dressform.crypto.secrets import new_key
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.mail.bounce_reports import MAX_BYTES, parse_report
from dressform.settings.settings import Settings
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem
from tests.helpers.auth import forgot
from tests.helpers.bounces import make_report, sign
from tests.helpers.members import CreateMember, MemberClient

URL = "/v1/mail/bounces"


async def receive_reset(person: MemberClient) -> EmailMessage:
    await forgot(person.client, person.email)
    return await person.mailbox.receive_one()


async def is_marked(person: MemberClient) -> bool:
    profile = await person.request("GET", "/v1/profiles/me")
    marked: bool = profile.json()["email_undeliverable"]
    return marked


async def send(client: httpx.AsyncClient, body: bytes, clock: MovableClock) -> None:
    response = await client.post(URL, content=body, headers=sign(body, clock()))
    assert response.status_code == 204


async def test_id_of_an_own_mail_does_not_mark_another_address(
    create_member: CreateMember, clock: MovableClock
) -> None:
    """The attacker is a member and knows the ids of his own mails."""
    ada, mallory = await create_member("ada"), await create_member("mallory")
    message = await receive_reset(mallory)
    message.replace_header("To", ada.email)

    await send(ada.client, make_report(message, recipient=ada.email), clock)

    assert not await is_marked(ada)
    assert not await is_marked(mallory)


async def test_guessed_and_altered_ids_mark_nothing(ada: MemberClient, clock: MovableClock) -> None:
    message = await receive_reset(ada)
    genuine = message["Message-ID"][1:49]
    first, last = ("b" if genuine[at] == "a" else "a" for at in (0, -1))
    for forged in ("a" * 48, genuine[:-1] + last, first + genuine[1:], genuine[:47]):
        message.replace_header("Message-ID", f"<{forged}@sewing.example>")
        await send(ada.client, make_report(message), clock)

    assert not await is_marked(ada)
    message.replace_header("Message-ID", f"<{genuine.upper()}@sewing.example>")
    await send(ada.client, make_report(message), clock)
    assert await is_marked(ada)


async def test_report_that_is_too_late_marks_nothing(
    ada: MemberClient, clock: MovableClock
) -> None:
    message = await receive_reset(ada)
    clock.at += REPORT_PERIOD + timedelta(days=1)
    await ada.sign_in()

    await send(ada.client, make_report(message), clock)

    assert not await is_marked(ada)


def test_id_is_bound_to_mail_day_kind_and_address(clock: MovableClock) -> None:
    ids, at = MailIds(new_key()), clock()
    mail = SentMail(uuid4(), at.date(), "ending", "ada@example.org")
    issued = ids.issue(mail)

    assert ids.verify(issued, kinds=DRAFTS, addresses=["x@y", "ADA@example.org"], at=at) is not None
    assert ids.verify(issued, kinds=["sign-up"], addresses=[mail.address], at=at) is None
    assert ids.verify(issued, kinds=DRAFTS, addresses=["bob@example.org"], at=at) is None
    for other in (
        SentMail(UUID(int=1), mail.queued_on, mail.kind, mail.address),
        SentMail(mail.id, mail.queued_on - timedelta(days=1), mail.kind, mail.address),
    ):
        forged = ids.issue(other)[:29] + issued[29:]
        assert ids.verify(forged, kinds=DRAFTS, addresses=[mail.address], at=at) is None
    assert MailIds(new_key()).verify(issued, kinds=DRAFTS, addresses=[mail.address], at=at) is None
    rotated = MailIds(new_key(), ids._keys[0])
    assert rotated.verify(issued, kinds=DRAFTS, addresses=[mail.address], at=at) == mail


BODY = b"Content-Type: multipart/report"


async def test_unsigned_and_badly_signed_reports_are_refused(
    client: httpx.AsyncClient, clock: MovableClock
) -> None:
    good = sign(BODY, clock())["Dressform-Signature"]
    for header in (
        None,
        "",
        "t=1,v1=",
        good.replace("v1=", "v0="),
        good[:-1] + ("0" if good[-1] != "0" else "1"),
        sign(BODY + b" ", clock())["Dressform-Signature"],
        sign(BODY, clock(), secret="another-secret-of-thirty-two-chars")["Dressform-Signature"],
        sign(BODY, clock() + timedelta(seconds=9))["Dressform-Signature"].partition(",")[0]
        + ","
        + good.partition(",")[2],
    ):
        headers = {} if header is None else {"Dressform-Signature": header}
        response = await client.post(URL, content=BODY, headers=headers)
        assert_problem(response, 403, "signature-refused")


@pytest.mark.parametrize("seconds", [-301, 301])
async def test_replayed_report_is_refused_after_five_minutes(
    client: httpx.AsyncClient, clock: MovableClock, seconds: int
) -> None:
    headers = sign(BODY, clock())
    assert (await client.post(URL, content=BODY, headers=headers)).status_code == 204

    clock.advance(seconds=seconds)

    assert_problem(await client.post(URL, content=BODY, headers=headers), 403, "signature-refused")


async def test_without_a_secret_every_report_is_refused(
    settings: Settings, client: httpx.AsyncClient, app: object, clock: MovableClock
) -> None:
    state = app.state.dressform  # type: ignore[attr-defined]
    object.__setattr__(state, "settings", settings.model_copy(update={"bounce_secret": None}))

    for secret in ("", "None", "bobbins-and-thimbles-for-the-tests"):
        headers = sign(BODY, clock(), secret=secret)
        response = await client.post(URL, content=BODY, headers=headers)
        assert_problem(response, 403, "signature-refused")


async def test_stranger_cannot_make_a_long_report_be_read(client: httpx.AsyncClient) -> None:
    read = 0

    async def stream() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(16):
            read += 1
            yield b"x" * 65_536

    response = await client.post(URL, content=stream())

    assert_problem(response, 403, "signature-refused")
    assert read == 0


_TOP = b"Content-Type: multipart/report; boundary=b\n\n"
_STATUS = b"--b\nContent-Type: message/delivery-status\n\n"
HOSTILE = {
    "blocks": _TOP + _STATUS + b"A: b\n\n" * (MAX_BYTES // 6),
    "empty blocks": _TOP + _STATUS + b"\n" * MAX_BYTES,
    "parts": _TOP + b"--b\n\n" * (MAX_BYTES // 5),
    "quotes in a parameter": b'Content-Type: multipart/report; a="' + b';"' * (MAX_BYTES // 2),
    "semicolons in a parameter": b'Content-Type: multipart/report; a="' + b";" * MAX_BYTES,
    "folded parameter": b'Content-Type: multipart/report; a="' + b";\n " * (MAX_BYTES // 3),
    "headers": b"To: x\n" * (MAX_BYTES // 6),
    "nested messages": b"Content-Type: message/rfc822\n\n" * (MAX_BYTES // 30),
    "nested boundaries": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(5000)
    ),
    "ids": _TOP
    + _STATUS
    + b"Action: failed\n\n--b\nContent-Type: text/rfc822-headers\n\n"
    + b"To: a@b\nMessage-ID: "
    + (b"a" * 48 + b" ") * (MAX_BYTES // 49),
    "line ends": b"\r" * MAX_BYTES,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_report_takes_less_than_a_second(
    uows: UnitOfWorkFactory, content: bytes
) -> None:
    before = time.process_time()
    found = parse_report(content)
    for text in found.ids if found else ():
        addresses = found.addresses if found else ()
        uows.keyrings.mail_ids.verify(text, kinds=DRAFTS, addresses=addresses, at=uows.clock())

    assert time.process_time() - before < 1


_GENUINE = EmailMessage()
_GENUINE["To"], _GENUINE["Message-ID"] = "ada@example.org", f"<{'a' * 48}@sewing.example>"
_REPORT = make_report(_GENUINE)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_without_an_error(content: bytes) -> None:
    parse_report(content)


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, len(_REPORT)),
    st.integers(0, 60),
    st.sampled_from([b"\n", b"\xff\xfe", b"=?utf-8?q?=FF?=", b"; charset=x", b"--4C9B"])
    | st.binary(max_size=8),
)
def test_altered_report_is_read_without_an_error(at: int, length: int, inserted: bytes) -> None:
    parse_report(_REPORT[:at] + inserted + _REPORT[at + length :])


BROKEN_PARAMETERS = [
    b"Content-Type: multipart/mixed; boundary*0=x; boundary*=y\n\n--x\n",
    b"Content-Type: multipart/report; boundary*=y; boundary*1=x\n\n--x\n",
    (
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
        b"Content-Type: text/rfc822-headers; charset*=utf-8''utf-8\n\nSubject: caf\xc3\xa9\n\n--b--\n"
    ),
]


@pytest.mark.parametrize("raw", BROKEN_PARAMETERS)
async def test_headers_that_break_the_parser_are_no_report(
    ada: MemberClient, clock: MovableClock, raw: bytes
) -> None:
    """The standard library raises a TypeError for them: one such mail stopped all reports."""
    await send(ada.client, raw, clock)

    assert parse_report(raw) is None


@given(st.lists(st.sampled_from(BROKEN_PARAMETERS[0].split(b" ") + BROKEN_PARAMETERS[2].split())))
@settings(max_examples=300)
def test_no_order_of_such_pieces_raises_an_error(pieces: list[bytes]) -> None:
    for separator in (b" ", b"\n", b"; "):
        parse_report(separator.join(pieces))
