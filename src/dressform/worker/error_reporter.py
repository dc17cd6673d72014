"""Logging of the errors of the worker's steps."""

import logging
from time import monotonic

from dressform.errors import Unavailable
from dressform.worker.deletion_guard import CLOCK, PurgeBlockedError
from dressform.worker.partitions import PartitionsLockedError

log = logging.getLogger(__name__)

THROTTLE_SECONDS = 60.0
"""Errors that every step meets alike are logged once in this time."""


class ErrorReporter:
    """Logs the errors of steps: expected ones as one line, others with their location."""

    def __init__(self) -> None:
        self._throttled_until: dict[int, float] = {}

    def report(self, name: str, error: Exception) -> None:
        """Log the error of the step `name`."""
        if isinstance(error, Unavailable):
            self._log_throttled(
                logging.WARNING, "the database is away or takes no writes: what is due waits"
            )
        elif isinstance(error, PurgeBlockedError) and error.rule == CLOCK:
            self._log_throttled(logging.ERROR, str(error))
        elif isinstance(error, (PurgeBlockedError, PartitionsLockedError)):
            log.error("%s", error)
        else:
            log.error("%s failed", name, exc_info=error)

    def _log_throttled(self, level: int, text: str) -> None:
        if monotonic() >= self._throttled_until.get(level, 0.0):
            self._throttled_until[level] = monotonic() + THROTTLE_SECONDS
            log.log(level, "%s", text)
