"""Attacks on the codes and links that sign in: guessing, stealing, planting and locking out."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter

import httpx
import pytest
from sqlalchemy import text

from dressform.actions.deliver_mails import discard_mails
from dressform.bootstrap import bootstrap
from dressform.clock import now
from dressform.crypto.secrets import token_hash
from dressform.crypto.sign_in_codes import new_code, new_request_token
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.mails import Mails
from dressform.repositories.one_time_tokens import MAX_TRIES
from dressform.settings.settings import Settings
from dressform.worker.runner import create_tasks
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem, comparable_response
from tests.helpers.auth import (
    code_of,
    forgot,
    request_sign_in_mail,
    reset,
    sign_in_by_code,
    sign_in_by_link,
)
from tests.helpers.cli import environment
from tests.helpers.databases import watch_statements
from tests.helpers.members import CreateMember, Mailbox, MemberClient, token_of
from tests.processes.running import command, read_address

WRONG = "0000-0000"
UNKNOWN = "nobody@example.org"


async def asked(person: MemberClient) -> tuple[str, str, str]:
    """Return the token of a request, and the code and the token of its mail."""
    request_token = await request_sign_in_mail(person.client, person.email)
    message = await person.mailbox.receive_one()
    return request_token, code_of(message), token_of(message)


async def run_sql(uows: UnitOfWorkFactory, sql: str, **values: object) -> int:
    """Run a command as an attacker does who writes to the database. Return the number of rows."""
    async with uows.transaction() as uow:
        return len((await uow.connection.execute(text(f"{sql} RETURNING 1"), values)).all())


async def test_the_right_code_is_accepted_at_the_fifth_try(ada: MemberClient) -> None:
    request_token, code, _ = await asked(ada)
    for _ in range(MAX_TRIES - 1):
        assert (await sign_in_by_code(ada.client, request_token, WRONG)).status_code == 401

    assert (await sign_in_by_code(ada.client, request_token, code)).status_code == 200


async def test_five_wrong_tries_void_the_code_and_not_the_link(ada: MemberClient) -> None:
    request_token, code, token = await asked(ada)
    for _ in range(MAX_TRIES):
        await sign_in_by_code(ada.client, request_token, WRONG)

    refused = await sign_in_by_code(ada.client, request_token, code)

    assert_problem(refused, 401, "wrong-code")
    assert (await sign_in_by_link(ada.client, token)).status_code == 200


async def test_twenty_guesses_at_once_are_five_checks(ada: MemberClient) -> None:
    request_token, code, _ = await asked(ada)
    checks: list[str] = []

    def note(sql: str, _: object) -> None:
        if sql.startswith("SELECT one_time_token.id"):
            checks.append(sql)

    with watch_statements(note):
        answers = await asyncio.gather(
            *(sign_in_by_code(ada.client, request_token, WRONG) for _ in range(19)),
        )
    refused = await sign_in_by_code(ada.client, request_token, code)

    assert [answer.status_code for answer in answers] == [401] * 19
    assert len(checks) == MAX_TRIES
    assert_problem(refused, 401, "wrong-code")


@pytest.mark.slow
async def test_guesses_at_two_hosts_with_two_processes_each_are_five_checks(
    isolated_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def host() -> dict[str, str]:
        folder = tmp_path_factory.mktemp("host")
        return environment(isolated_settings, DRESSFORM_PORT="0") | {
            "DRESSFORM_STATE_DIR": str(folder)
        }

    with (
        command("serve", "--workers", "2", environment=host()) as one,
        command("serve", "--workers", "2", environment=host()) as other,
    ):
        bases = [await read_address(one), await read_address(other)]
        async with (
            bootstrap(isolated_settings) as (uows, _),
            httpx.AsyncClient(
                base_url=bases[0], limits=httpx.Limits(max_keepalive_connections=0), timeout=15
            ) as client,
        ):
            deliver = create_tasks(isolated_settings, uows).deliver_mails
            ada = MemberClient(
                client, Mailbox(isolated_settings.state_dir / "mail", deliver), "ada"
            )
            await ada.register()
            await ada.confirm()
            request_token, code, token = await asked(ada)
            body = {"request_token": request_token, "code": WRONG}
            answers = await asyncio.gather(
                *(
                    client.post(f"{base}/v1/auth/link/code", json=body)
                    for base in bases
                    for _ in range(10)
                )
            )
            (tries,) = await uows.read().connection.scalars(
                text("SELECT tries FROM one_time_token WHERE purpose = 'sign-in'")
            )
            last = [
                await client.post(f"{base}/v1/auth/link/code", json=body | {"code": code})
                for base in bases
            ]
            by_link = await asyncio.gather(
                *(
                    client.post(f"{base}/v1/auth/link/redeem", json={"token": token})
                    for base in bases * 3
                )
            )

    assert {answer.status_code for answer in answers} == {401}
    assert tries == MAX_TRIES
    assert {answer.status_code for answer in last} <= {401, 429}
    assert sorted(answer.status_code for answer in by_link) == [200] + [410] * 5


async def test_stolen_code_is_no_use_to_another_device(ada: MemberClient) -> None:
    """Neither with no request of its own, nor with one for the same address."""
    _, code, _ = await asked(ada)
    thief, thiefs_code, _ = await asked(ada)
    unknown = new_request_token(now())

    assert code != thiefs_code
    for request_token in (thief, unknown):
        refused = await sign_in_by_code(ada.client, request_token, code)
        assert_problem(refused, 401, "wrong-code")


async def test_request_with_another_time_in_its_token_is_unknown(
    ada: MemberClient, clock: MovableClock
) -> None:
    """The time is not stored, so a client could try to move it."""
    request_token, code, _ = await asked(ada)
    clock.advance(minutes=10)
    moved = new_request_token(clock())[:6] + request_token[6:]

    for each in (request_token, moved):
        assert_problem(await sign_in_by_code(ada.client, each, code), 401, "wrong-code")


async def test_stranger_cannot_void_the_owners_mail(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    """By asking again and again, before and after the owner's mail was sent, or by wrong tries."""
    owners = await request_sign_in_mail(ada.client, ada.email)
    for _ in range(2):
        await request_sign_in_mail(ada.client, ada.email)
    await discard_mails(uows)
    mails = await ada.mailbox.collect()
    stranger = await request_sign_in_mail(ada.client, ada.email)
    await ada.mailbox.collect()
    for _ in range(MAX_TRIES + 1):
        await sign_in_by_code(ada.client, stranger, WRONG)

    codes = [code_of(message) for message in mails]
    answers = [await sign_in_by_code(ada.client, owners, code) for code in codes[::-1]]

    assert len(mails) == 3
    assert answers[0].status_code == 200


async def test_mail_that_is_sent_again_brings_no_more_tries(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    """The courier repeats a mail whose outcome is unknown, with another code."""
    request_token, _, _ = await asked(ada)
    for _ in range(MAX_TRIES):
        await sign_in_by_code(ada.client, request_token, WRONG)
    async with uows.transaction() as uow:
        await Mails(uow).add(
            "sign-in", to=ada.email, language="en", request_hash=token_hash(request_token).hex()
        )
    message = await ada.mailbox.receive_one()

    refused = await sign_in_by_code(ada.client, request_token, code_of(message))

    assert_problem(refused, 401, "wrong-code")
    assert (await sign_in_by_link(ada.client, token_of(message))).status_code == 200


async def test_answers_do_not_tell_who_has_an_account(ada: MemberClient) -> None:
    waiting = MemberClient(ada.client, ada.mailbox, "bea")
    await waiting.register()
    await ada.mailbox.collect()
    addresses = (ada.email, UNKNOWN, waiting.email)

    asked_for = [await ada.client.post("/v1/auth/link", json={"email": each}) for each in addresses]
    sent_to = {message["To"] for message in await ada.mailbox.collect()}
    tokens = [answer.json()["request_token"] for answer in asked_for]
    tried = [await sign_in_by_code(ada.client, each, WRONG) for each in tokens]
    void = [
        [await sign_in_by_code(ada.client, each, WRONG) for _ in range(MAX_TRIES)][-1]
        for each in tokens
    ]

    assert sent_to == {ada.email, waiting.email}
    shapes = {
        repr(comparable_response(answer)).replace(token, "")
        for answer, token in zip(asked_for, tokens, strict=True)
    }
    assert len(shapes) == 1
    assert len({repr(comparable_response(answer)) for answer in tried + void}) == 1


async def median_seconds(ask: Callable[[str], Awaitable[object]], *targets: str) -> list[float]:
    taken: dict[str, list[float]] = {target: [] for target in targets}
    for turn in range(16):
        for target in targets if turn % 2 else reversed(targets):
            started = perf_counter()
            await ask(target)
            taken[target].append(perf_counter() - started)
    return [median(times) for times in taken.values()]


async def test_requests_take_as_long_whether_or_not_the_address_is_known(
    ada: MemberClient, clock: MovableClock
) -> None:
    async def ask(email: str) -> None:
        clock.advance(hours=1)
        await request_sign_in_mail(ada.client, email)

    known, unknown = await median_seconds(ask, ada.email, UNKNOWN)

    assert 0.5 < known / unknown < 2


async def test_refusals_of_a_code_take_as_long_whether_or_not_the_address_is_known(
    ada: MemberClient,
) -> None:
    """Else the queries for the row of an account would tell that there is one."""
    tokens = {each: await request_sign_in_mail(ada.client, each) for each in (ada.email, UNKNOWN)}
    await ada.mailbox.collect()

    async def ask(email: str) -> None:
        refused = await sign_in_by_code(ada.client, tokens[email], WRONG)
        assert refused.status_code == 401

    known, unknown = await median_seconds(ask, ada.email, UNKNOWN)

    assert 0.95 < known / unknown < 1.05


async def test_links_serve_their_own_purpose_alone(
    ada: MemberClient, uows: UnitOfWorkFactory
) -> None:
    _, _, to_sign_in = await asked(ada)
    await forgot(ada.client, ada.email)
    to_reset = await ada.mailbox.token()

    assert_problem(await sign_in_by_link(ada.client, to_reset), 410, "link-invalid")
    answer = await reset(ada.client, to_sign_in, "nine needles in the hay")
    assert_problem(answer, 410, "link-invalid")
    await run_sql(uows, "UPDATE one_time_token SET purpose = 'sign-in' WHERE purpose <> 'sign-in'")
    assert_problem(await sign_in_by_link(ada.client, to_reset), 410, "link-invalid")


async def test_row_that_an_attacker_changed_signs_in_to_nothing(
    ada: MemberClient, create_member: CreateMember, uows: UnitOfWorkFactory
) -> None:
    """The attacker has an account, asks for mails to both, and writes to the database."""
    mallory = await create_member("mallory")
    own_request, own_code, own_token = await asked(mallory)
    await asked(ada)
    await run_sql(
        uows,
        "DELETE FROM one_time_token WHERE account_id ="
        " (SELECT account_id FROM profile WHERE username_index = :name)",
        name=uows.keyrings.index.hash_username("mallory"),
    )
    planted = await run_sql(
        uows,
        "UPDATE one_time_token SET request_hash = :request, hash = :hash",
        request=token_hash(own_request),
        hash=token_hash(own_token),
    )

    assert planted == 1
    assert_problem(await sign_in_by_link(ada.client, own_token), 410, "link-invalid")
    refused = await sign_in_by_code(ada.client, own_request, own_code)
    assert_problem(refused, 401, "wrong-code")


@pytest.mark.parametrize("column", ["request_hash", "created_at"])
async def test_each_column_of_a_row_is_bound(
    ada: MemberClient, clock: MovableClock, uows: UnitOfWorkFactory, column: str
) -> None:
    _, _, token = await asked(ada)
    if column == "request_hash":
        own = new_request_token(clock())
        await run_sql(uows, "UPDATE one_time_token SET request_hash = :hash", hash=token_hash(own))
    else:
        clock.advance(hours=30)
        await run_sql(
            uows, "UPDATE one_time_token SET created_at = created_at + interval '30 hours'"
        )

    assert_problem(await sign_in_by_link(ada.client, token), 410, "link-invalid")


async def test_the_database_holds_neither_code_nor_token_nor_time(
    ada: MemberClient, clock: MovableClock, uows: UnitOfWorkFactory
) -> None:
    clock.advance(minutes=17, seconds=29)
    request_token = await request_sign_in_mail(ada.client, ada.email)
    query = "SELECT row_to_json({0})::text FROM {0}"
    queued = list(await uows.read().connection.scalars(text(query.format("mail"))))
    message = await ada.mailbox.receive_one()
    stored = list(await uows.read().connection.scalars(text(query.format("one_time_token"))))

    assert len(queued) == len(stored) == 1
    code = code_of(message).replace("-", "")
    secrets = [code, code.encode().hex(), request_token, token_of(message)]
    secrets += [hashlib.sha256(code.encode()).hexdigest(), ":17:29"]
    for secret in secrets:
        assert secret not in queued[0] + stored[0]
    assert token_hash(request_token).hex() not in queued[0]


def test_codes_are_random() -> None:
    codes = {new_code() for _ in range(2_000)}

    assert len(codes) == 2_000
    for position in range(8):
        assert len({code[position] for code in codes}) == 32
