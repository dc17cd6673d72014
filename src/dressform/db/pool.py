"""The connection pool of a process."""

import asyncio
from typing import Any

import asyncpg
from sqlalchemy import URL, make_url

from dressform.db.errors import NoFreeConnection, is_connection_error, is_usable_after
from dressform.db.statements import Row

ACQUIRE_TIMEOUT_SECONDS = 5.0
CONNECT_TIMEOUT_SECONDS = 5.0


class Pool:
    """A pool of at most `size` connections, each created when it is first needed. FIFO.

    asyncpg's own pool costs 40 to 100 µs of CPU time per checkout, which is as much as the
    statement itself. It is not FIFO, and it waits without a timeout for a server that does not
    answer.
    """

    def __init__(
        self,
        url: str,
        *,
        size: int = 10,
        behind_pgbouncer: bool = False,
        statement_seconds: float | None = 10,
    ) -> None:
        """Create an empty pool. `url` is `postgresql://…` or `postgresql+asyncpg://…`."""
        self._dsn = _for_asyncpg(url)
        self._options: dict[str, Any] = {
            "timeout": CONNECT_TIMEOUT_SECONDS,
            "command_timeout": statement_seconds,
            "server_settings": {"timezone": "UTC", "application_name": "dressform"},
            "record_class": Row,
        }
        if behind_pgbouncer:
            # Its transaction mode hands each transaction another server connection, on which
            # statements prepared earlier are unknown.
            self._options["statement_cache_size"] = 0
        self._slots = asyncio.Semaphore(size)
        self._idle: list[Any] = []
        self._is_closed = False

    async def acquire(self) -> Any:
        """Take a connection. Raise NoFreeConnection when none is free in time, and the driver's
        error when connecting fails.
        """
        if self._slots.locked():
            try:
                async with asyncio.timeout(ACQUIRE_TIMEOUT_SECONDS):
                    await self._slots.acquire()
            except TimeoutError:
                raise NoFreeConnection from None
        else:
            await self._slots.acquire()
        try:
            while self._idle:
                driver = self._idle.pop()
                if not driver.is_closed():  # By the server, since it was used.
                    return driver
            return await asyncpg.connect(self._dsn, **self._options)
        except BaseException:
            self._slots.release()
            raise

    def release(self, driver: Any) -> None:
        """Return a connection to the pool."""
        if self._is_closed:
            driver.terminate()
        else:
            self._idle.append(driver)
        self._slots.release()

    def release_after_error(self, driver: Any, error: BaseException) -> None:
        """Return a connection on which an error was raised, or close it when it is broken.

        A broken connection closes the idle ones as well: their server may be gone, or read-only
        now.
        """
        if is_usable_after(error) and not driver.is_closed():
            self.release(driver)
            return
        driver.terminate()
        self._slots.release()
        if is_connection_error(error):
            self.discard_idle()

    def discard_idle(self) -> None:
        """Close all idle connections."""
        while self._idle:
            self._idle.pop().terminate()

    async def close(self) -> None:
        """Close the idle connections. The others are closed when they are released."""
        self._is_closed = True
        while self._idle:
            driver = self._idle.pop()
            try:
                await driver.close(timeout=CONNECT_TIMEOUT_SECONDS)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                driver.terminate()


async def connect(url: str) -> Any:
    """Return a connection of the driver, outside any pool. asyncpg reads the options of the URL."""
    return await asyncpg.connect(_for_asyncpg(url))


def for_sqlalchemy(url: str) -> URL:
    """Return the URL for SQLAlchemy, whose name for `sslmode` is `ssl`."""
    return _rename_option(make_url(url), "sslmode", "ssl")


def _for_asyncpg(url: str) -> str:
    parsed = _rename_option(make_url(url), "ssl", "sslmode")
    return parsed.set(drivername="postgresql").render_as_string(hide_password=False)


def _rename_option(url: URL, old: str, new: str) -> URL:
    if old not in url.query:
        return url
    return url.difference_update_query([old]).update_query_dict({new: url.query[old]})
