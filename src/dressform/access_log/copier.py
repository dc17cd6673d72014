"""From a spool to the table, exactly once: lines and the mark of how far, in one transaction."""

import logging
from collections.abc import Callable

from dressform.access_log.parser import filter_lines, filter_valid_lines
from dressform.access_log.spool import Spool
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.access_log import AccessLogEntries, PartitionMissingError
from dressform.repositories.access_log_partitions import AccessLogPartitions

log = logging.getLogger(__name__)

BLOCK_BYTES = 4 * 1024 * 1024


async def drain(uows: UnitOfWorkFactory, spool: Spool) -> None:
    """Ship and remove one that nobody writes to any longer; whatever fails, it is let go of."""
    try:
        await ship_spool(uows, spool)
    except BaseException:
        spool.close()
        raise
    await delete_drained(uows, spool)


async def delete_drained(uows: UnitOfWorkFactory, spool: Spool) -> None:
    """Remove one that is shipped. Raises DiskError."""
    if (incomplete_bytes := spool.size - spool.shipped_offset) > 0:
        log.error(
            "%d bytes at the end of %s are no whole line, and dropped",
            incomplete_bytes,
            spool.path.name,
        )
    try:
        # Before its mark goes: without that its lines would be shipped again. The file itself goes
        # last: by it whoever comes after a crash finds the mark.
        spool.truncate()
        async with uows.transaction() as uow:
            await (await AccessLogEntries.assume_role(uow)).delete_offset(spool.name)
    except BaseException:
        spool.close()
        raise
    spool.remove()


async def ship_spool(uows: UnitOfWorkFactory, spool: Spool) -> None:
    """What is there now, not what comes meanwhile, nor a line torn when its process died."""
    present, before = spool.size, -1
    while before < spool.shipped_offset < present:
        before, spool.shipped_offset = spool.shipped_offset, await _ship_block(uows, spool)


async def _ship_block(uows: UnitOfWorkFactory, spool: Spool) -> int:
    """Gives the byte up to which the spool is shipped."""
    try:
        return await _copy_creating_partitions(uows, spool, filter_lines)
    except ValueError:
        return await _copy_creating_partitions(uows, spool, filter_valid_lines)


async def _copy_creating_partitions(
    uows: UnitOfWorkFactory, spool: Spool, select_lines: Callable[[bytes], bytes]
) -> int:
    try:
        return await _copy(uows, spool, select_lines)
    except PartitionMissingError as missing:
        async with uows.transaction() as uow:
            await (await AccessLogPartitions.assume_role(uow)).ensure(missing.days)
        return await _copy(uows, spool, select_lines)


async def _copy(
    uows: UnitOfWorkFactory, spool: Spool, select_lines: Callable[[bytes], bytes]
) -> int:
    """One bad line would hold up all the others: only `those` of a block are shipped."""
    lines = b""
    async with uows.transaction() as uow:
        access_log = await AccessLogEntries.assume_role(uow)
        shipped = await access_log.lock_offset(spool.name)
        block = spool.read(shipped, BLOCK_BYTES)
        if block:
            shipped += len(block)
            lines = select_lines(block)
            await access_log.copy(spool.name, lines, shipped=shipped)
    if len(lines) < len(block):
        log.error(
            "%d lines of the access log (%d bytes in %s) are unreadable, and dropped",
            block.count(b"\n") - lines.count(b"\n"),
            len(block) - len(lines),
            spool.path.name,
        )
    return shipped
