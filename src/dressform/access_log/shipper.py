"""The task of each process that ships its spools to the table and rotates them."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dressform.access_log.copier import drain, ship_spool
from dressform.access_log.files import DiskError
from dressform.access_log.recovery import SpoolRecovery
from dressform.access_log.spool import Spool, create_spool
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import Unavailable

log = logging.getLogger(__name__)

ROTATE_AFTER_SECONDS = 60.0
"""The longest time that a line stays in a file."""
SHIP_INTERVAL_SECONDS = 1.0
"""Each shipment costs the database a transaction."""
RECOVERY_INTERVAL_SECONDS = 30.0
SETTLE_TIMEOUT_SECONDS = 1.5
DRAIN_TIMEOUT_SECONDS = 3.0

_FILES = "files"


class Shipper:
    """The spools of a process, and the task that ships them.

    One file is written to. A second one is allocated in advance: while the database accepts lines,
    a full disk refuses none, because a shipped file frees the blocks for the next one.
    """

    def __init__(self, uows: UnitOfWorkFactory, folder: Path) -> None:
        self._uows = uows
        self._folder = folder
        self.spool = create_spool(folder)
        self.recovery = SpoolRecovery(uows, folder)
        self._next: Spool | None = None
        self._rotated: deque[Spool] = deque()
        self._rotate_at = time.monotonic() + ROTATE_AFTER_SECONDS
        self._retry_at = 0.0
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._failures: dict[str, str] = {}
        self._shipped_at = time.monotonic()

    @property
    def backlog(self) -> int:
        """Return the number of bytes in the spools that may not be in the table yet."""
        return sum(spool.size - spool.shipped_offset for spool in (self.spool, *self._rotated))

    @property
    def had_disk_error(self) -> bool:
        """Return whether the last attempt to create a second file failed."""
        return _FILES in self._failures

    @property
    def stuck_seconds(self) -> float:
        """Return the seconds since the last shipment while lines wait, else 0."""
        return time.monotonic() - self._shipped_at if self.backlog else 0.0

    def has_room(self) -> bool:
        """Return whether there is room for one more request; a full file is replaced for it."""
        if self.spool.is_full and time.monotonic() >= self._retry_at:
            self._rotate()
            if self.spool.is_full:
                self._retry_at = (
                    time.monotonic() + SHIP_INTERVAL_SECONDS
                )  # Not at each refused request.
        return not self.spool.is_full

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="access log shipping")

    async def stop(self) -> None:
        """Ship the rest within DRAIN_TIMEOUT_SECONDS; what is left is shipped at the next start."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=SETTLE_TIMEOUT_SECONDS)
            self._task.cancel()
            await asyncio.wait([self._task])
        self.spool.seal()
        self._rotated.append(self.spool)
        try:
            if self._next is not None:
                self._next.remove()
            async with asyncio.timeout(DRAIN_TIMEOUT_SECONDS):
                await self._ship_rotated()
        except Exception as error:  # noqa: BLE001  the process ends now
            log.warning(
                "the access log's last lines stay in %s until the next start (%s)",
                self._folder,
                type(error).__name__,
            )
            for spool in self._rotated:
                spool.close()

    async def _run(self) -> None:
        next_search = 0.0
        while not self._stopping.is_set():
            self._prepare_next()
            with self._log_failures("shipping"):
                await self._ship()
            if time.monotonic() >= next_search:
                next_search = time.monotonic() + RECOVERY_INTERVAL_SECONDS
                with self._log_failures("recovery"):
                    await self.recovery.recover()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), SHIP_INTERVAL_SECONDS)

    async def _ship(self) -> None:
        await ship_spool(self._uows, self.spool)
        self._shipped_at = time.monotonic()
        if self.spool.size and time.monotonic() >= self._rotate_at:
            self._rotate()
        await self._ship_rotated()

    async def _ship_rotated(self) -> None:
        while self._rotated:
            await drain(self._uows, self._rotated.popleft())

    def _rotate(self) -> None:
        """Switch to the next file, if the disk allows one."""
        self._prepare_next()
        if self._next is not None:
            self._rotated.append(self.spool)
            self.spool, self._next = self._next, None
            self._rotate_at = time.monotonic() + ROTATE_AFTER_SECONDS

    def _prepare_next(self) -> None:
        if self._next is None:
            with self._log_failures(_FILES):
                self._next = create_spool(self._folder)

    @contextmanager
    def _log_failures(self, work: str) -> Iterator[None]:
        """Log an error, and not again while it lasts. The loop goes on."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  see above
            message = self._describe(error)
            if message not in self._failures.values():
                log.log(
                    logging.WARNING if isinstance(error, Unavailable) else logging.ERROR, message
                )
            self._failures[work] = message
        else:
            self._failures.pop(work, None)

    def _describe(self, error: Exception) -> str:
        if isinstance(error, DiskError):
            return f"the access log's files can't be changed: {error} ({self._folder})"
        # The message of a COPY error would repeat an address.
        name = type(error).__name__
        if isinstance(error, Unavailable):
            return f"the access log waits for the database ({name})"
        return f"the access log can't be shipped ({name})"
