"""Logging of the errors of the worker's steps."""

import logging

from dressform.errors import Unavailable
from dressform.logging.throttled import ThrottledLogger
from dressform.worker.deletion_guard import CLOCK, PurgeBlockedError
from dressform.worker.partitions import PartitionsLockedError

log = logging.getLogger(__name__)


class ErrorReporter:
    """Logs the errors of steps: expected ones as one line, others with their location."""

    def __init__(self) -> None:
        self._throttled = ThrottledLogger(log)

    def report(self, name: str, error: Exception) -> None:
        """Log the error of the step `name`."""
        if isinstance(error, Unavailable):
            self._throttled.warning("the database is away or takes no writes: what is due waits")
        elif isinstance(error, PurgeBlockedError) and error.rule == CLOCK:
            self._throttled.error("%s", error)
        elif isinstance(error, (PurgeBlockedError, PartitionsLockedError)):
            log.error("%s", error)
        else:
            log.error("%s failed", name, exc_info=error)
