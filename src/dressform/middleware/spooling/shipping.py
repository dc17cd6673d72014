"""What each process does with its spool: a task ships it to the table and begins new files."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from dressform.db.units import Units
from dressform.errors import Unavailable
from dressform.middleware.spooling.copying import conclude, finish, ship
from dressform.middleware.spooling.disk import DiskError
from dressform.middleware.spooling.orphans import Orphans
from dressform.middleware.spooling.spool import Spool, new_spool

log = logging.getLogger(__name__)

ROTATE_AT = 16 * 1024 * 1024
ROTATE_AFTER_SECONDS = 60.0
"""Addresses stay no longer in a file than this, on however quiet a site."""
PAUSE_SECONDS = 1.0
"""Each round costs the database a transaction, which the requests would rather have."""
TROUBLE_SECONDS = 600.0
"""For so long probes are told of what the disk did."""
ORPHANS_EVERY_SECONDS = 30.0
SETTLE_SECONDS = 1.5
DRAIN_SECONDS = 3.0


class Shipper:
    """Owns the process's spool, and a task that empties it."""

    def __init__(self, units: Units, folder: Path) -> None:
        self._units = units
        self._folder = folder
        self.spool = new_spool(folder)
        self.orphans = Orphans(units, folder)
        self._rotate_at = 0.0
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._astray: list[Spool] = []
        self._complaints: dict[str, str] = {}
        self._in_trouble_until = 0.0
        self._shipped_at = time.monotonic()

    @property
    def backlog(self) -> int:
        """Bytes in this process's spool files that may not have reached the table yet."""
        return sum(spool.size - spool.shipped for spool in (self.spool, *self._astray))

    @property
    def is_failing(self) -> bool:
        """Whether the disk refuses lines."""
        return any(spool.is_failing for spool in (self.spool, *self._astray))

    @property
    def is_in_trouble(self) -> bool:
        """Whether lately files could not be made or removed, or somebody removed or cut ours."""
        return time.monotonic() < self._in_trouble_until

    @property
    def stuck_seconds(self) -> float:
        """Since when no round went through while lines wait; 0 when none waits."""
        return time.monotonic() - self._shipped_at if self.backlog else 0.0

    async def room(self, seconds: float) -> bool:
        """Whether there is room for a line, after waiting for so long. None is dropped.

        Without room a refusal still has a line, until not even that fits: then everybody waits.
        """
        deadline = _now() + seconds
        # So rare that an event is not worth its upkeep.
        while self.spool.is_overfull or (self.spool.is_full and _now() < deadline):  # noqa: ASYNC110
            await asyncio.sleep(PAUSE_SECONDS)
        return not self.spool.is_full

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="access log shipping")

    async def stop(self) -> None:
        """Ship what is left within a few seconds; what can't go now goes at the next start."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=SETTLE_SECONDS)
            self._task.cancel()
            await asyncio.wait([self._task])
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                self.spool.is_astray()  # Since the last look; then only a part can be read.
                await finish(self._units, self.spool)
                await self._ship_astray()
        except Exception as error:  # noqa: BLE001  whatever it is, the process ends now
            is_losing = self.is_failing or self._astray
            log.warning(
                "the access log's last lines stay in %s until the next start (%s)%s",
                self.spool.path,
                type(error).__name__,
                "; those that no file of ours holds are lost" if is_losing else "",
            )

    async def _run(self) -> None:
        next_search = 0.0
        self._rotate_at = _now() + ROTATE_AFTER_SECONDS
        while not self._stopping.is_set():
            await self._attempt(self._look_after_file)
            await self._attempt(self._ship_and_rotate)
            await self._attempt(self._ship_astray)
            if _now() >= next_search:
                next_search = _now() + ORPHANS_EVERY_SECONDS
                await self._attempt(self.orphans.recover)
            await self._pause(PAUSE_SECONDS)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _attempt(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001  the next lines must go, whatever befell these
            self._complain(work.__name__, error)
            await self._pause(1)
        else:
            self._complaints.pop(work.__name__, None)

    def _complain(self, work: str, error: Exception) -> None:
        """Once as long as it lasts."""
        if isinstance(error, DiskError):
            self._in_trouble_until = time.monotonic() + TROUBLE_SECONDS
        said = self._in_words(error)
        if said not in self._complaints.values():
            log.log(logging.WARNING if isinstance(error, Unavailable) else logging.ERROR, said)
        self._complaints[work] = said

    def _in_words(self, error: Exception) -> str:
        if isinstance(error, DiskError):
            return f"the access log's files can't be changed: {error} ({self._folder})"
        # The text of an error of COPY would repeat an address.
        name = type(error).__name__
        if isinstance(error, Unavailable):
            return f"the access log waits for the database ({name})"
        return f"the access log can't be shipped ({name})"

    async def _look_after_file(self) -> None:
        """Begin a new one when that of the moment is gone, or shorter than what was written."""
        if not self.spool.is_astray():
            return
        astray, self.spool = self.spool, new_spool(self._folder)
        self._astray.append(astray)
        self._in_trouble_until = time.monotonic() + TROUBLE_SECONDS
        log.error(
            "somebody removed, moved or cut %s while it was in use: up to %d bytes are lost; the rest "
            "is shipped, if the database takes it while this process lives",
            astray.path,
            max(astray.cut - astray.shipped, 0),
        )

    async def _ship_astray(self) -> None:
        while self._astray:
            await ship(self._units, self._astray[0])
            await conclude(self._units, self._astray.pop(0))

    async def _ship_and_rotate(self) -> None:
        if self.spool.is_failing:
            self.spool.retry()
        await ship(self._units, self.spool)
        self._shipped_at = time.monotonic()
        if self.spool.is_failing:
            self.spool.skip_shipped()
        if self._is_worn(self.spool):
            self._rotate_at = _now() + ROTATE_AFTER_SECONDS
            full, self.spool = self.spool, new_spool(self._folder)
            await finish(self._units, full)

    def _is_worn(self, spool: Spool) -> bool:
        if spool.is_failing and spool.shipped < spool.size:
            return False  # Its file alone would not be enough for whoever has to ship the rest.
        return spool.size >= ROTATE_AT or (spool.size > 0 and _now() >= self._rotate_at)


def _now() -> float:
    return asyncio.get_running_loop().time()
