"""From the spool to the table, exactly once: lines and the mark of how far, in one transaction."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from dressform.database import Units
from dressform.errors import Unavailable
from dressform.middleware.spool import Spool, new_spool, orphans
from dressform.repositories.access_log import AccessLog, PartitionMissingError

log = logging.getLogger(__name__)

BLOCK = 4 * 1024 * 1024
ROTATE_AT = 16 * 1024 * 1024
PAUSE_SECONDS = 0.2
ORPHANS_EVERY_SECONDS = 30.0
DRAIN_SECONDS = 3.0


class Shipper:
    """Owns the process's spool, and a task that empties it."""

    def __init__(self, units: Units, folder: Path) -> None:
        self._units = units
        self._folder = folder
        self.spool = new_spool(folder)
        self._task: asyncio.Task[None] | None = None
        self._away = False
        self._shipped = 0  # What is known of it here; the table's own mark decides.

    @property
    def backlog(self) -> int:
        """Bytes in this process's spool file that may not have reached the table yet."""
        return self.spool.size

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="access log shipping")

    async def stop(self) -> None:
        """Ship what is left within a few seconds; what can't go now goes at the next start."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._finish(self.spool)
        except (TimeoutError, Unavailable, DBAPIError):
            log.warning(
                "the access log's last lines stay in %s until the next start", self.spool.path
            )
            self.spool.leave()

    async def _run(self) -> None:
        next_search = 0.0
        while True:
            await self._attempt(self._ship_and_rotate())
            if (now := asyncio.get_running_loop().time()) >= next_search:
                next_search = now + ORPHANS_EVERY_SECONDS
                await self._attempt(self.recover())
            await asyncio.sleep(PAUSE_SECONDS)

    async def _attempt(self, work: Awaitable[None]) -> None:
        try:
            await work
        except (Unavailable, DBAPIError) as error:
            if not self._away:
                log.warning("the access log waits for the database (%s)", type(error).__name__)
            self._away = True
            await asyncio.sleep(1)
        else:
            self._away = False

    async def recover(self) -> None:
        """Ship and remove the spools of processes that are gone."""
        for spool in orphans(self._folder):
            log.info("shipping the access log of a process that is gone: %s", spool.path.name)
            try:
                await self._finish(spool)
            except BaseException:
                spool.leave()
                raise

    async def _ship_and_rotate(self) -> None:
        if self.spool.is_failing:
            self.spool.retry()
        if self.spool.size > self._shipped:
            self._shipped = await self._ship(self.spool)
        if self._shipped >= ROTATE_AT:
            full, self.spool = self.spool, new_spool(self._folder)
            self._shipped = 0
            await self._finish(full)

    async def _finish(self, spool: Spool) -> None:
        await self._ship(spool)
        spool.remove()
        async with self._units.writing() as unit:
            await AccessLog(unit).forget_spool(spool.name)

    async def _ship(self, spool: Spool) -> int:
        """What is there now, not what comes meanwhile; gives the byte up to which it is shipped."""
        shipped, reached, present = -1, 0, spool.size
        while shipped < reached < present:
            shipped, reached = reached, await self._ship_block(spool)
        return reached

    async def _ship_block(self, spool: Spool) -> int:
        try:
            return await self._copy_block(spool)
        except PartitionMissingError as missing:
            async with self._units.writing() as unit:
                await AccessLog(unit).make_partitions(missing.days)
            return await self._copy_block(spool)

    async def _copy_block(self, spool: Spool) -> int:
        async with self._units.writing() as unit:
            access_log = AccessLog(unit)
            shipped = await access_log.shipped_of(spool.name)
            lines = spool.read(shipped, BLOCK)
            if lines:
                shipped += len(lines)
                await access_log.copy(spool.name, lines, shipped=shipped)
            return shipped
