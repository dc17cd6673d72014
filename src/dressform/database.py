"""The engine and its connections: the only place where a transaction begins and is committed.

Reads run in autocommit, which saves the two round trips of BEGIN and ROLLBACK; what writes runs in
one transaction, committed when the block ends and rolled back when it raises.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg
from sqlalchemy import URL, event, make_url, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from dressform.clock import Clock
from dressform.crypto.vault import Vault
from dressform.errors import Unavailable
from dressform.journal.entries import Deletion
from dressform.journal.journal import Journal
from dressform.questions import AtHand, Question, Row

RETRY_AFTER_SECONDS = 5

_READ_ONLY = "25006"
# Connection trouble, deadlock, resources, operator intervention, a standby: the request may be
# repeated as it was.
_PASSING_SQLSTATES = ("08", "40", "53", "57", _READ_ONLY)
_AWAY = (
    OSError,
    PoolTimeoutError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # What a connection says whose server just said farewell.
)


def connect(
    url: str,
    *,
    pool_size: int = 10,
    behind_pgbouncer: bool = False,
    statement_seconds: float | None = 10,
) -> AsyncEngine:
    """An engine for ``postgresql+asyncpg://…``; it connects when first used."""
    options: dict[str, Any] = {
        "timeout": 5,
        "command_timeout": statement_seconds,
        "server_settings": {"timezone": "UTC", "application_name": "dressform"},
    }
    if behind_pgbouncer:
        # Its transaction mode hands each transaction another server connection, on which
        # statements prepared earlier are unknown.
        options |= {"statement_cache_size": 0, "prepared_statement_cache_size": 0}
    engine = create_async_engine(
        _for_asyncpg(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        pool_use_lifo=True,
        connect_args=options,
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    event.listen(engine.sync_engine, "handle_error", _leave_standby)
    return engine


def _for_asyncpg(url: str) -> URL:
    """With the ``sslmode`` of libpq, which most URLs have, by the name that asyncpg knows."""
    parsed = make_url(url)
    if "sslmode" not in parsed.query:
        return parsed
    mode = parsed.query["sslmode"]
    return parsed.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})


def _refuse_closed(dbapi_connection: Any, *_: object) -> None:
    """A connection that the server closed meanwhile is replaced: it costs no round trip to know."""
    if dbapi_connection.driver_connection.is_closed():
        raise DisconnectionError


def _leave_standby(context: ExceptionContext) -> None:
    """What takes no writes is as good as gone: the next connections may be the primary's again."""
    if getattr(context.original_exception, "sqlstate", None) == _READ_ONLY:
        context.is_disconnect = True


async def takes_writes(connection: AsyncConnection) -> bool:
    """A connection that does not is not used again, for the same reason."""
    asked = await connection.execute(text("SHOW transaction_read_only"))
    if asked.scalar_one() == "off":
        return True
    await connection.invalidate()
    return False


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction. Raises Unavailable when the database is away."""
    with _translated():
        async with engine.begin() as connection:
            yield connection


@asynccontextmanager
async def autocommit(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Each statement by itself. Raises Unavailable when the database is away."""
    with _translated():
        async with engine.connect() as connection:
            yield await connection.execution_options(isolation_level="AUTOCOMMIT")


class _translated:  # noqa: N801  reads as a clause
    """Turns what a driver says of an absent database into Unavailable."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None and is_away(error):
            raise Unavailable(retry_after=RETRY_AFTER_SECONDS) from error


def is_away(error: BaseException) -> bool:
    """Whether the error says that the database can't be reached or written to, not that a query is wrong."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        return error.connection_invalidated or state.startswith(_PASSING_SQLSTATES)
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "").startswith(_PASSING_SQLSTATES)
    # A pipe that breaks is the caller's own: nobody reads its output any longer.
    return isinstance(error, _AWAY) and not isinstance(error, BrokenPipeError)


def state_of(error: DBAPIError) -> str:
    """The SQLSTATE, which says what went wrong without repeating any value."""
    return getattr(error.orig, "sqlstate", None) or "unknown"


def violated(error: IntegrityError) -> str | None:
    """The name of the constraint that refused a row."""
    cause = getattr(error.orig, "__cause__", None)
    return getattr(cause, "constraint_name", None)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of work: what a repository works with. `at` decides what it can see.

    `deletions`: what it deletes, for the journal; only a unit that writes may.
    """

    connection: AsyncConnection
    vault: Vault
    at: datetime
    deletions: list[Deletion] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Units:
    """Opens units of work; whoever holds it decides where a transaction ends."""

    engine: AsyncEngine
    vault: Vault
    clock: Clock
    journal: Journal
    at_hand: AtHand = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "at_hand", AtHand(self.engine))

    @asynccontextmanager
    async def reading(self, *, at: datetime | None = None) -> AsyncIterator[Unit]:
        async with autocommit(self.engine) as connection:
            yield Unit(connection, self.vault, at or self.clock())

    @asynccontextmanager
    async def writing(self, *, at: datetime | None = None) -> AsyncIterator[Unit]:
        """What is deleted is in the journal, on the disk, before it is committed."""
        entry = None
        async with transaction(self.engine) as connection:
            unit = Unit(connection, self.vault, at or self.clock())
            yield unit
            if unit.deletions:
                entry = await self.journal.record(connection, unit.deletions, at=self.clock())
        if entry is not None:
            await self.journal.confirm(entry)

    async def ask(self, question: Question, values: dict[str, Any]) -> Row | None:
        """The first row of the answer. Raises Unavailable when the database is away."""
        with _translated():
            return await self.at_hand.ask(question, values)
