"""The connections of a process: who waits for them, and what becomes of broken ones."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Float, Integer, bindparam, func, literal_column, select, text

from dressform.bootstrap import bootstrap
from dressform.db import pool
from dressform.db.connections import Connection
from dressform.db.errors import DatabaseError
from dressform.db.sqlstates import IN_FAILED_SQL_TRANSACTION
from dressform.db.statements import Statement, is_any_of
from dressform.db.tables import Account
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import OutcomeUnknown, Unavailable
from dressform.repositories.mail_outages import MailOutages
from dressform.settings.settings import Settings

ECHO = Statement(
    select(
        bindparam("second", type_=Integer).label("second"),
        bindparam("first", type_=Integer).label("first"),
        literal_column("pg_backend_pid()").label("backend"),
    )
)
SLEEP = Statement(select(func.pg_sleep(bindparam("seconds", type_=Float)).label("slept")))


async def echo(uows: UnitOfWorkFactory) -> int:
    row = (await uows.read().connection.execute(ECHO, {"first": 1, "second": 2})).one()
    assert (row.first, row.second) == (1, 2)
    backend: int = row.backend
    return backend


async def sleep(uows: UnitOfWorkFactory, seconds: float) -> None:
    await uows.read().connection.execute(SLEEP, {"seconds": seconds})


@pytest.fixture
async def narrow(settings: Settings) -> AsyncIterator[UnitOfWorkFactory]:
    """Of one connection in all."""
    one = settings.model_copy(update={"database_pool_size": 1})
    async with bootstrap(one) as (uows, _):
        yield uows


async def test_values_are_given_by_name(uows: UnitOfWorkFactory) -> None:
    await echo(uows)

    with pytest.raises(KeyError):
        await uows.read().connection.execute(ECHO, {"first": 1})


async def test_column_that_is_missing_is_an_attribute_error(uows: UnitOfWorkFactory) -> None:
    row = (await uows.read().connection.execute(ECHO, {"first": 1, "second": 2})).one()

    with pytest.raises(AttributeError, match="third"):
        row.third  # noqa: B018


async def test_rows_are_counted_of_what_changes(uows: UnitOfWorkFactory) -> None:
    async with uows.transaction() as uow:
        made = "CREATE TEMPORARY TABLE counted ON COMMIT DROP AS SELECT generate_series(1, 3) n"
        await uow.connection.execute(text(made))
        left = await uow.connection.execute(
            text("DELETE FROM counted WHERE n > :n RETURNING n"), {"n": 1}
        )

        assert sorted(left.scalars()) == [2, 3]
        with pytest.raises(ValueError, match="more than one"):
            left.one_or_none()


def test_list_of_values_is_one_array() -> None:
    statement = Statement(select(Account.id).where(is_any_of(Account.version, [1, 2])))

    assert statement.arguments({}) == [[1, 2]]


async def test_value_that_its_column_cannot_hold_is_refused_without_repeating_it(
    uows: UnitOfWorkFactory,
) -> None:
    with pytest.raises(DatabaseError) as raised:
        await uows.read().connection.execute(ECHO, {"first": 2**40, "second": "canary"})

    assert "canary" not in str(raised.value)
    await echo(uows)


async def test_one_request_after_the_other_takes_the_same_connection(
    uows: UnitOfWorkFactory,
) -> None:
    assert len({await echo(uows) for _ in range(5)}) == 1


async def test_no_more_connections_are_made_than_the_pool_has(uows: UnitOfWorkFactory) -> None:
    backends = await asyncio.gather(*(echo(uows) for _ in range(40)))

    assert len(set(backends)) <= 5


async def test_who_waits_longest_is_served_first(narrow: UnitOfWorkFactory) -> None:
    served: list[int] = []

    async def ask(number: int) -> None:
        await echo(narrow)
        served.append(number)
        if number < 10:
            await ask(number + 100)  # A late comer, at once after its first answer.

    await asyncio.gather(*(ask(number) for number in range(10)))

    assert served == [*range(10), *range(100, 110)]


async def test_reading_holds_no_connection_between_statements(narrow: UnitOfWorkFactory) -> None:
    one, other = narrow.read(), narrow.read()
    for uow in (one, other, one):
        assert await uow.connection.scalar(text("SELECT 1")) == 1


async def test_writing_takes_a_connection_with_its_first_statement(
    narrow: UnitOfWorkFactory,
) -> None:
    async with narrow.transaction() as uow:
        await echo(narrow)
        assert await uow.connection.scalar(text("SELECT 1")) == 1


async def _terminate(uows: UnitOfWorkFactory, backend: int) -> None:
    other: Connection = uows.read().connection
    await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend})


async def test_connection_that_the_server_closed_is_replaced(uows: UnitOfWorkFactory) -> None:
    async with uows.transaction() as uow:
        await uow.connection.scalar(text("SELECT 1"))
        other = await echo(uows)
        await uow.connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": other})
    await asyncio.sleep(0.1)

    assert await echo(uows) != other


async def test_transaction_whose_connection_is_closed_is_unavailable(
    uows: UnitOfWorkFactory,
) -> None:
    async def interrupted() -> None:
        async with uows.transaction() as uow:
            backend = await uow.connection.scalar(text("SELECT pg_backend_pid()"))
            await _terminate(uows, backend)
            await uow.connection.scalar(text("SELECT 1"))

    with pytest.raises(Unavailable):
        await interrupted()
    await echo(uows)


async def test_transaction_whose_commit_is_not_answered_has_an_unknown_outcome(
    uows: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = asyncpg.Connection.execute

    async def lose(connection: asyncpg.Connection, query: str, *arguments: Any) -> Any:
        answer = await real(connection, query, *arguments)
        if query == "COMMIT":
            raise asyncpg.ConnectionDoesNotExistError
        return answer

    async def begin_outage() -> None:
        async with uows.transaction() as uow:
            assert await MailOutages(uow).begin()

    monkeypatch.setattr(asyncpg.Connection, "execute", lose)
    with pytest.raises(OutcomeUnknown):
        await begin_outage()
    monkeypatch.undo()

    async with uows.transaction() as uow:
        assert not await MailOutages(uow).begin()


async def test_transaction_in_which_a_statement_failed_is_not_said_to_be_committed(
    uows: UnitOfWorkFactory,
) -> None:
    async def failed() -> None:
        async with uows.transaction() as uow:
            with suppress(DatabaseError):
                await uow.connection.scalar(text("SELECT 1 / 0"))

    with pytest.raises(DatabaseError) as raised:
        await failed()
    assert raised.value.sqlstate == IN_FAILED_SQL_TRANSACTION
    await echo(uows)


async def test_connection_closed_while_it_answers_means_unavailable(
    uows: UnitOfWorkFactory,
) -> None:
    backend = await echo(uows)
    asking = asyncio.create_task(sleep(uows, 30))
    await asyncio.sleep(0.1)
    await _terminate(uows, backend)

    with pytest.raises(Unavailable):
        await asking
    assert await echo(uows) != backend


async def test_request_that_is_cancelled_leaves_no_answer_to_the_next(
    narrow: UnitOfWorkFactory,
) -> None:
    await echo(narrow)
    asking = asyncio.create_task(sleep(narrow, 30))
    await asyncio.sleep(0.1)
    asking.cancel()
    await asyncio.wait([asking])

    await echo(narrow)


async def test_pool_that_is_exhausted_means_unavailable_and_recovers(
    narrow: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "ACQUIRE_TIMEOUT_SECONDS", 0.1)
    slow = asyncio.create_task(sleep(narrow, 0.5))
    await asyncio.sleep(0.05)

    for refused in await asyncio.gather(*(echo(narrow) for _ in range(3)), return_exceptions=True):
        assert isinstance(refused, Unavailable)

    await slow
    await echo(narrow)


async def test_statement_that_takes_too_long_means_unavailable(settings: Settings) -> None:
    async with bootstrap(settings, statement_seconds=0.3) as (uows, _):
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await sleep(uows, 30)
        assert time.monotonic() - began < 2

        with pytest.raises(Unavailable):
            async with uows.transaction() as uow:
                await uow.connection.execute(SLEEP, {"seconds": 30})
        await echo(uows)


async def test_every_connection_is_closed_at_the_end(settings: Settings) -> None:
    async with bootstrap(settings) as (uows, _):
        await asyncio.gather(*(echo(uows) for _ in range(10)))
        late = asyncio.create_task(sleep(uows, 0.3))
        await asyncio.sleep(0.05)

    await late
    assert uows.pool._idle == []
