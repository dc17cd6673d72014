"""Recovery of orphans: spools whose process is gone are shipped by another one."""

import logging
from collections.abc import Iterator
from pathlib import Path

from dressform.access_log.copier import drain
from dressform.access_log.files import SUFFIX, DiskError, find_end, open_locked
from dressform.access_log.spool import Spool
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import Unavailable

log = logging.getLogger(__name__)


class SpoolRecovery:
    """Ships the orphans of a folder."""

    def __init__(self, uows: UnitOfWorkFactory, folder: Path) -> None:
        self._uows = uows
        self._folder = folder
        self._failed: dict[str, str] = {}

    @property
    def failed_count(self) -> int:
        """Return the number of orphans that failed at the last attempt with a database."""
        return len(self._failed)

    async def recover(self) -> None:
        """Ship and delete each orphan. A failed one does not stop the others, and is tried again.

        Raise Unavailable without the database.
        """
        failed: dict[str, str] = {}
        for spool in open_orphans(self._folder, failed):
            if spool.size and spool.name not in self._failed:
                log.info("shipping the access log of a process that is gone: %s", spool.path.name)
            try:
                await drain(self._uows, spool)
            except Unavailable:
                raise  # The database is away for all orphans.
            except Exception as error:  # noqa: BLE001  the other orphans must be shipped
                # The message of a COPY error would repeat an address.
                is_disk = isinstance(error, DiskError)
                failed[spool.name] = str(error) if is_disk else type(error).__name__
        for name in failed.keys() - self._failed.keys():
            log.error("lines of the access log are stuck in %s%s: %s", name, SUFFIX, failed[name])
        self._failed = failed


def open_orphans(folder: Path, failed: dict[str, str]) -> Iterator[Spool]:
    """Yield each orphan, locked. The names of files that can't be opened are added to `failed`."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            file = open_locked(path)
            if file is not None:
                yield Spool(path, file, size=find_end(file))
        except OSError as error:
            failed[path.stem] = error.strerror or type(error).__name__
