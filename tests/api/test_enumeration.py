"""Nothing that a client sees, nor the time it takes, tells whether an address has an account."""

import itertools
import logging
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from statistics import median
from time import perf_counter

import httpx
import pytest

from dressform.policy.account_data import PROFILE
from dressform.retention_audit import auditor
from dressform.worker.tasks import WorkerTasks
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem, comparable_response
from tests.helpers.auth import change_email, change_password, forgot, login, refresh, reset
from tests.helpers.coarse_times import end_of
from tests.helpers.members import PASSWORD, MemberClient

Ask = Callable[[str], Awaitable[httpx.Response]]

JSON = {"Content-Type": "application/json"}
OF_RULES = ("/health/retention", "/v1/privacy/status", "/metrics")
SECRETS = (PASSWORD, "nine needles in the hay", "wrong-and-secret-guess")


async def register(client: httpx.AsyncClient, email: str, username: str) -> httpx.Response:
    body = {"email": email, "username": username, "password": PASSWORD}
    return await client.post("/v1/auth/register", json=body)


async def test_registering_answers_the_same(ada: MemberClient) -> None:
    unknown = await register(ada.client, "nobody@example.org", "first")
    known = await register(ada.client, ada.email.upper(), "second")
    waiting = await register(ada.client, "nobody@example.org", "third")

    assert unknown.status_code == 202
    assert (
        comparable_response(unknown) == comparable_response(known) == comparable_response(waiting)
    )
    subjects = {message["To"]: message["Subject"] for message in await ada.mailbox.collect()}
    assert subjects == {
        "nobody@example.org": "Confirm your e-mail address",
        ada.email: "You already have an account",
    }


async def test_asking_for_a_reset_answers_the_same(ada: MemberClient) -> None:
    waiting = MemberClient(ada.client, ada.mailbox, "bea")
    await waiting.register()
    await ada.mailbox.collect()

    answers = [
        comparable_response(await forgot(ada.client, email))
        for email in ("ADA@example.org", "nobody@example.org", waiting.email)
    ]

    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == 202
    subjects = {message["To"]: message["Subject"] for message in await ada.mailbox.collect()}
    assert subjects == {
        ada.email: "Choose a new password",
        waiting.email: "Confirm your e-mail address first",
    }


async def ask_to_sign_in(client: httpx.AsyncClient, email: str) -> httpx.Response:
    return await client.post("/v1/auth/link", json={"email": email})


async def test_what_is_told_of_the_rules_is_the_same(
    ada: MemberClient,
    worker_tasks: WorkerTasks,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A link is made for a known address alone. Nobody sees it, nor its end, nor who signed in."""
    monkeypatch.setattr(auditor, "FRESH_SECONDS", 0)
    await worker_tasks.run_once()
    clock.advance(minutes=1)

    async def told() -> list[str]:
        texts = [(await ada.client.get(path)).text for path in OF_RULES]
        # Lines wait in files for a moment: those of these very requests.
        return [re.sub(r"spool.*", "", text) for text in texts]

    async def heard(doing: Awaitable[httpx.Response]) -> list[list[str]]:
        """At once and when a link has ended."""
        await doing
        await ada.mailbox.collect()
        at_once = await told()
        clock.advance(minutes=61)
        later = await told()
        clock.advance(minutes=-61)
        return [at_once, later]

    of_nobody = await heard(forgot(ada.client, "nobody@example.org"))
    assert await heard(forgot(ada.client, ada.email)) == of_nobody
    assert await heard(ask_to_sign_in(ada.client, ada.email)) == of_nobody
    assert await heard(ada.sign_in()) == of_nobody


async def median_seconds(clock: MovableClock, ask: Ask, *targets: str) -> list[float]:
    """Of each target, asked in turn so that whatever else the machine does slows all alike."""
    taken: dict[str, list[float]] = {target: [] for target in targets}
    for number in range(20):
        clock.advance(hours=1)
        for target in targets if number % 2 else reversed(targets):
            started = perf_counter()
            await ask(target)
            taken[target].append(perf_counter() - started)
    return [median(times) for times in taken.values()]


@pytest.mark.parametrize("days_past_the_end", [None, 5], ids=["readable", "waiting"])
async def test_a_login_takes_as_long_whether_or_not_it_is_known(
    ada: MemberClient, clock: MovableClock, days_past_the_end: int | None
) -> None:
    """Without the hash of an unknown one it would take a tenth."""
    if days_past_the_end is not None:
        clock.at = end_of(PROFILE, clock()) + timedelta(days=days_past_the_end)

    async def ask(target: str) -> httpx.Response:
        answer = await login(ada.client, target, "wrong-and-secret-guess")
        assert answer.status_code == 401
        return answer

    by_email = await median_seconds(clock, ask, ada.email, "nobody@example.org")
    by_name = await median_seconds(clock, ask, "ada", "nobody")

    for known, unknown in (by_email, by_name):
        assert 0.6 < known / unknown < 1.7


async def test_registering_and_asking_for_a_reset_take_as_long(
    ada: MemberClient, clock: MovableClock
) -> None:
    names = (f"name-{number}" for number in itertools.count())

    async def ask(target: str) -> httpx.Response:
        return await register(ada.client, target, next(names))

    registered = await median_seconds(clock, ask, ada.email, "nobody@example.org")
    forgotten = await median_seconds(
        clock, lambda email: forgot(ada.client, email), ada.email, "nobody@example.org"
    )

    for known, unknown in (registered, forgotten):
        assert 0.5 < known / unknown < 2


async def test_no_answer_and_no_log_repeats_what_was_sent(
    ada: MemberClient, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    good, new, guess = SECRETS
    answers = [
        await register(ada.client, ada.email, "second"),
        await register(ada.client, "nobody@example.org", "ada"),
        await login(ada.client, ada.email, guess),
        await login(ada.client, "nobody@example.org", guess),
        await login(ada.client, ada.email + "\0", guess),
        await ada.client.post("/v1/auth/login", content=f'{{"password": "{guess}', headers=JSON),
        await ada.client.post("/v1/auth/login", json={"login": ada.email, "pass": guess}),
        await change_password(ada, new, guess),
        await change_password(ada, good + "ada", good),
        await change_email(ada, "new@example.org", guess),
        await change_email(ada, "new@example.org"),
        await forgot(ada.client, ada.email),
        await reset(ada.client, "x" * 43, new),
        await reset(ada.client, guess, new),
        await refresh(ada, guess),
        await refresh(ada, "y" * 43),
    ]
    token = ada.refresh_token
    answers.append(await ada.client.post("/v1/auth/logout", json={"refresh_token": token}))
    capsys.readouterr()  # Without a mail server the mails stand on the console, links and all.

    said = "\n".join([answer.text + str(answer.headers) for answer in answers])
    said += caplog.text + "".join(capsys.readouterr())
    assert {answer.status_code for answer in answers} == {202, 204, 400, 401, 403, 409, 410, 422}
    addresses = (ada.email, "nobody@example.org", "new@example.org")
    for secret in (*SECRETS, *addresses, token, ada.access_token, "x" * 43, "y" * 43):
        assert secret not in said


@pytest.mark.parametrize(
    "path",
    [
        "register",
        "verify-email",
        "resend",
        "login",
        "refresh",
        "logout",
        "link",
        "link/redeem",
        "link/code",
        "password/forgot",
        "password/reset",
        "email/confirm",
    ],
)
async def test_bodies_that_are_no_object(client: httpx.AsyncClient, path: str) -> None:
    deep = b"[" * 4_000
    for body in (
        b"[]",
        b'"x"',
        b"1e999",
        b"NaN",
        deep,
        b"\xff\xfe",
        b"{",
        b'{"a": 1' + b"0" * 5000,
    ):
        answer = await client.post(f"/v1/auth/{path}", content=body, headers=JSON)

        slug = "malformed-request" if answer.status_code == 400 else "invalid-input"
        assert_problem(answer, 400 if slug == "malformed-request" else 422, slug)
