"""Messages that many requests or steps cause alike."""

import logging
from time import monotonic

THROTTLE_SECONDS = 60.0
"""The time in which ThrottledLogger logs one message once."""


class ThrottledLogger:
    """Logs a message that many requests or steps cause alike, once a minute at most."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._next_at: dict[str, float] = {}

    def warning(self, text: str, *args: object) -> None:
        self._log(logging.WARNING, text % args)

    def error(self, text: str, *args: object) -> None:
        self._log(logging.ERROR, text % args)

    def _log(self, level: int, message: str) -> None:
        now = monotonic()
        if now >= self._next_at.get(message, 0.0):
            self._next_at = {text: at for text, at in self._next_at.items() if at > now}
            self._next_at[message] = now + THROTTLE_SECONDS
            self._logger.log(level, "%s", message)
