"""Questions of the driver: connections that stay at hand, and what becomes of broken ones."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Float, Integer, bindparam, func, literal_column, select, text

from dressform import questions
from dressform.database import Units
from dressform.errors import Unavailable
from dressform.process import opened
from dressform.questions import Question
from dressform.settings import Settings

ECHO = Question(
    select(
        bindparam("second", type_=Integer).label("second"),
        bindparam("first", type_=Integer).label("first"),
        literal_column("pg_backend_pid()").label("backend"),
    )
)
SLEEP = Question(select(func.pg_sleep(bindparam("seconds", type_=Float)).label("slept")))
NOTHING = Question(select(literal_column("1").label("one")).where(literal_column("false")))


async def echo(units: Units) -> int:
    row = await units.ask(ECHO, {"first": 1, "second": 2})
    assert row is not None
    assert (row.first, row.second) == (1, 2)
    backend: int = row.backend
    return backend


@pytest.fixture
async def narrow(settings: Settings) -> AsyncIterator[Units]:
    """Of one connection in all."""
    one = settings.model_copy(update={"database_pool_size": 1})
    async with opened(one) as (units, _):
        yield units


async def test_values_go_by_name(units: Units) -> None:
    await echo(units)

    with pytest.raises(KeyError):
        await units.ask(ECHO, {"first": 1})


async def test_no_row_is_none_and_no_column_is_an_attribute_error(units: Units) -> None:
    assert await units.ask(NOTHING, {}) is None

    row = await units.ask(ECHO, {"first": 1, "second": 2})
    assert row is not None
    with pytest.raises(AttributeError, match="third"):
        row.third  # noqa: B018


async def test_one_after_the_other_takes_the_same_connection(units: Units) -> None:
    assert len({await echo(units) for _ in range(5)}) == 1


async def test_half_of_the_pool_is_kept_however_many_ask(units: Units) -> None:
    backends = await asyncio.gather(*(echo(units) for _ in range(40)))

    assert len(set(backends)) <= 2  # of five
    assert len(units.at_hand._idle) == len(set(backends))


async def test_a_pool_of_one_is_nobodys_to_keep(narrow: Units) -> None:
    for _ in range(2):
        await asyncio.gather(*(echo(narrow) for _ in range(5)))
        async with narrow.reading() as unit:
            assert await unit.connection.scalar(text("SELECT 1")) == 1


async def test_a_connection_that_the_server_closed_is_replaced(units: Units) -> None:
    backend = await echo(units)
    async with units.reading() as unit:
        await unit.connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend})
    await asyncio.sleep(0.1)

    assert await echo(units) != backend


async def test_a_connection_closed_while_it_answers_means_unavailable(units: Units) -> None:
    backend = await echo(units)
    asking = asyncio.create_task(units.ask(SLEEP, {"seconds": 30}))
    await asyncio.sleep(0.1)
    async with units.reading() as unit:
        await unit.connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend})

    with pytest.raises(Unavailable):
        await asking
    assert await echo(units) != backend


async def test_whoever_gives_up_leaves_no_answer_to_the_next(units: Units) -> None:
    await echo(units)
    asking = asyncio.create_task(units.ask(SLEEP, {"seconds": 30}))
    await asyncio.sleep(0.1)
    asking.cancel()
    await asyncio.wait([asking])

    await echo(units)


async def test_who_waited_too_long_is_told_so(
    units: Units, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "PATIENCE_SECONDS", 0.1)
    slow = [asyncio.create_task(units.ask(SLEEP, {"seconds": 0.3})) for _ in range(2)]
    await asyncio.sleep(0.05)

    with pytest.raises(Unavailable):
        await echo(units)

    await asyncio.gather(*slow)
    await echo(units)


async def test_all_are_given_back_at_the_end(settings: Settings) -> None:
    async with opened(settings) as (units, _):
        await asyncio.gather(*(echo(units) for _ in range(10)))

    assert units.at_hand._idle == []
    assert "Current Checked out connections: 0" in units.engine.pool.status()
