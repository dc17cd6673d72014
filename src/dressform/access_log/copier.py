"""Copying from a spool to the table, exactly once: lines and offset in one transaction."""

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
    """Ship the rest of a spool that has no writer, and delete it. On any error it is closed."""
    try:
        await ship_spool(uows, spool)
    except BaseException:
        spool.close()
        raise
    await delete_drained(uows, spool)


async def delete_drained(uows: UnitOfWorkFactory, spool: Spool) -> None:
    """Delete a spool that is shipped, and its offset. Raise DiskError."""
    if (incomplete_bytes := spool.size - spool.shipped_offset) > 0:
        log.error(
            "%d bytes at the end of %s are no whole line, and are dropped",
            incomplete_bytes,
            spool.path.name,
        )
    try:
        # Truncate before the offset is deleted: lines without an offset would be shipped again.
        # The file goes last: after a crash its name leads to an offset that is left.
        spool.truncate()
        async with uows.transaction() as uow:
            await (await AccessLogEntries.assume_role(uow)).delete_offset(spool.name)
    except BaseException:
        spool.close()
        raise
    spool.remove()


async def ship_spool(uows: UnitOfWorkFactory, spool: Spool) -> None:
    """Ship the lines that are in the spool now, without an incomplete last line."""
    present, before = spool.size, -1
    while before < spool.shipped_offset < present:
        before, spool.shipped_offset = spool.shipped_offset, await _ship_block(uows, spool)


async def _ship_block(uows: UnitOfWorkFactory, spool: Spool) -> int:
    """Ship one block. Return the offset up to which the spool is shipped."""
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
    """Copy the lines of a block that `select_lines` returns. Return the offset behind the block.

    COPY rejects a whole block for one malformed line.
    """
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
            "%d lines of the access log (%d bytes in %s) are unreadable, and are dropped",
            block.count(b"\n") - lines.count(b"\n"),
            len(block) - len(lines),
            spool.path.name,
        )
    return shipped
