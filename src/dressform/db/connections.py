"""The objects that execute statements on connections of the pool: in autocommit, or in one transaction."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any, Self

from sqlalchemy import Executable

from dressform.db.errors import (
    RETRY_AFTER_SECONDS,
    DatabaseError,
    is_usable_after,
    leaves_outcome_unknown,
    translated_errors,
)
from dressform.db.pool import Pool
from dressform.db.sqlstates import IN_FAILED_SQL_TRANSACTION
from dressform.db.statements import Result, Row, Statement, as_statement
from dressform.errors import OutcomeUnknown

_NO_VALUES: Mapping[str, Any] = MappingProxyType({})


class Connection(ABC):
    """Executes statements. Every method raises Unavailable, ConstraintError and DatabaseError."""

    @abstractmethod
    async def execute(
        self, statement: Statement | Executable, values: Mapping[str, Any] = _NO_VALUES
    ) -> Result: ...

    async def fetch_all(
        self, statement: Statement | Executable, values: Mapping[str, Any] = _NO_VALUES
    ) -> Sequence[Row]:
        """Return all rows."""
        return (await self.execute(statement, values)).all()

    async def fetch_one(
        self, statement: Statement | Executable, values: Mapping[str, Any] = _NO_VALUES
    ) -> Row:
        """Return the only row. Raise ValueError unless there is exactly one."""
        row: Row = (await self.execute(statement, values)).one()
        return row

    async def fetch_one_or_none(
        self, statement: Statement | Executable, values: Mapping[str, Any] = _NO_VALUES
    ) -> Row | None:
        """Return the only row, or None. Raise ValueError for more than one row."""
        row: Row | None = (await self.execute(statement, values)).one_or_none()
        return row

    async def scalar(
        self, statement: Statement | Executable, values: Mapping[str, Any] = _NO_VALUES
    ) -> Any:
        """Return the first column of the first row, None when there is no row."""
        for row in await self.execute(statement, values):
            return row[0]
        return None

    async def scalars(
        self, statement: Statement | Executable, values: Mapping[str, Any] = _NO_VALUES
    ) -> Result:
        """Return the first column of each row."""
        return (await self.execute(statement, values)).scalars()


class Autocommit(Connection):
    """Executes each statement in its own transaction, on any free connection.

    It holds no connection between statements.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def execute(
        self, statement: Statement | Executable, values: Mapping[str, Any] = _NO_VALUES
    ) -> Result:
        ready = as_statement(statement, values)
        with translated_errors():
            driver = await self._pool.acquire()
            try:
                result = await _run(driver, ready, values)
            except BaseException as error:
                self._pool.release_after_error(driver, error)
                raise
            self._pool.release(driver)
            return result


class Transaction(Connection):
    """One transaction. It takes a connection, and begins, with its first statement."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._driver: Any = None
        self._error: BaseException | None = None

    @classmethod
    @asynccontextmanager
    async def begin(cls, pool: Pool) -> AsyncIterator[Self]:
        """Open a transaction that is committed when the block ends and rolled back when it
        raises.
        """
        transaction = cls(pool)
        try:
            yield transaction
            await transaction.commit()
        except BaseException:
            await transaction.rollback()
            raise

    async def execute(
        self, statement: Statement | Executable, values: Mapping[str, Any] = _NO_VALUES
    ) -> Result:
        ready = as_statement(statement, values)
        async with self._on_connection() as driver:
            return await _run(driver, ready, values)

    async def copy(self, table: str, lines: bytes, *, columns: tuple[str, ...]) -> None:
        """Copy lines in the text format of COPY into a table."""
        async with self._on_connection() as driver:
            await driver.copy_to_table(table, source=_chunks(lines), columns=columns, format="text")

    async def commit(self) -> None:
        """Commit. Raise OutcomeUnknown when the connection was lost meanwhile.

        Raise DatabaseError when one of its statements has failed, since then nothing is committed.
        """
        if self._driver is None:
            return
        with translated_errors():
            driver, self._driver = self._driver, None
            try:
                status = await driver.execute("COMMIT")
            except BaseException as error:
                self._pool.release_after_error(driver, error)
                if leaves_outcome_unknown(error):
                    raise OutcomeUnknown(
                        reason="the connection was lost during COMMIT",
                        retry_after=RETRY_AFTER_SECONDS,
                    ) from error
                raise
            self._pool.release(driver)
            if status != "COMMIT":
                raise DatabaseError(IN_FAILED_SQL_TRANSACTION)

    async def rollback(self) -> None:
        """Roll back. Raise nothing: when it fails the connection is closed, which rolls back
        too.
        """
        if self._driver is None:
            return
        driver, self._driver = self._driver, None
        error = self._error
        if error is None or is_usable_after(error):
            try:
                await driver.execute("ROLLBACK")
            except BaseException as failure:  # noqa: BLE001
                error = failure
            else:
                error = None
        if error is None:
            self._pool.release(driver)
        else:
            self._pool.release_after_error(driver, error)

    @asynccontextmanager
    async def _on_connection(self) -> AsyncIterator[Any]:
        with translated_errors():
            if self._driver is None:
                driver = await self._pool.acquire()
                try:
                    await driver.execute("BEGIN")
                except BaseException as error:
                    self._pool.release_after_error(driver, error)
                    raise
                self._driver = driver
            try:
                yield self._driver
            except BaseException as error:
                self._error = error
                raise


async def _run(driver: Any, statement: Statement, values: Mapping[str, Any]) -> Result:
    arguments = statement.arguments(values)
    if statement.returns_rows:
        return Result(await driver.fetch(statement.sql, *arguments))
    return Result((), await driver.execute(statement.sql, *arguments))


async def _chunks(lines: bytes) -> AsyncIterator[bytes]:
    yield lines
