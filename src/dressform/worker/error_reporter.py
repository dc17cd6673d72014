"""What duties run into, in the words of a log."""

import logging
from time import monotonic

from dressform.errors import Unavailable
from dressform.worker.deletion_guard import CLOCK, PurgeBlockedError
from dressform.worker.partitions import PartitionsLockedError

log = logging.getLogger(__name__)

THROTTLE_SECONDS = 60.0
"""What befalls every duty alike is said once in this time."""


class ErrorReporter:
    """A line each, where a line is enough."""

    def __init__(self) -> None:
        self._quiet_until: dict[int, float] = {}

    def about(self, name: str, error: Exception) -> None:
        if isinstance(error, Unavailable):
            self._once(
                logging.WARNING, "the database is away or takes no writes: what is due waits"
            )
        elif isinstance(error, PurgeBlockedError) and error.rule == CLOCK:
            self._once(logging.ERROR, str(error))
        elif isinstance(error, (PurgeBlockedError, PartitionsLockedError)):
            log.error("%s", error)
        else:
            log.error("%s failed", name, exc_info=error)

    def _once(self, level: int, text: str) -> None:
        if monotonic() >= self._quiet_until.get(level, 0.0):
            self._quiet_until[level] = monotonic() + THROTTLE_SECONDS
            log.log(level, "%s", text)
