"""Questions that are asked all the time: written in SQLAlchemy's Core, answered by the driver alone.

To hand out a connection and to execute a statement, SQLAlchemy takes several times as long as the
database takes to answer.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import QueuePool, Select, event
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

PATIENCE_SECONDS = 5

_DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]


class Row(asyncpg.Record):  # type: ignore[misc]  # asyncpg has no types
    """Read by attribute, as the rows of SQLAlchemy are."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Question:
    """A SELECT with named parameters, made into text once."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        self.text = compiled.string
        self._names = tuple(compiled.positiontup or ())

    def in_order(self, values: dict[str, Any]) -> list[Any]:
        """The values as the text counts them; KeyError when one is missing."""
        return [values[name] for name in self._names]


class AtHand:
    """Connections of an engine's pool that stay with us between questions: half of it at most."""

    def __init__(self, engine: AsyncEngine) -> None:
        pool = engine.pool
        assert isinstance(pool, QueuePool)
        self._engine = engine
        self._keeps = pool.size() // 2
        self._turns = asyncio.Semaphore(self._keeps or 1)
        self._idle: list[_Held] = []
        self._losses = 0
        event.listen(engine.sync_engine, "handle_error", self._note_loss)

    async def ask(self, question: Question, values: dict[str, Any]) -> Row | None:
        """The first row of the answer. Raises what the driver and the pool raise, TimeoutError."""
        await self._turn()
        try:
            held = await self._taken()
            row = await held.answer(question, values)
            if len(self._idle) < self._keeps:
                self._idle.append(held)
            else:
                await held.connection.close()
            return row
        finally:
            self._turns.release()

    async def release(self) -> None:
        """Give all of them back, before the engine is disposed of."""
        while self._idle:
            await self._idle.pop().connection.close()

    def _note_loss(self, context: ExceptionContext) -> None:
        """The pool replaces all its connections then, and so do we: ours may be a standby's."""
        self._losses += context.is_disconnect

    async def _turn(self) -> None:
        """Whoever waited too long is told so when its turn comes, which costs no timer."""
        loop = asyncio.get_running_loop()
        came = loop.time()
        await self._turns.acquire()
        if loop.time() - came > PATIENCE_SECONDS:
            self._turns.release()
            raise TimeoutError

    async def _taken(self) -> "_Held":
        while self._idle:
            held = self._idle.pop()
            if held.losses == self._losses and not held.driver.is_closed():
                return held
            await held.give_up()
        connection = await self._engine.connect()
        raw = await connection.get_raw_connection()
        return _Held(connection, raw.driver_connection, self._losses)


@dataclass(frozen=True, slots=True)
class _Held:
    connection: AsyncConnection
    driver: Any
    losses: int

    async def answer(self, question: Question, values: dict[str, Any]) -> Row | None:
        try:
            row: Row | None = await self.driver.fetchrow(
                question.text, *question.in_order(values), record_class=Row
            )
        except BaseException:
            await self.give_up()
            raise
        return row

    async def give_up(self) -> None:
        """Nobody knows what it would answer next."""
        await self.connection.invalidate()
        await self.connection.close()
