"""Logging of a process: one line per event, on standard error, without any personal value."""

import copy
import logging
import re
import sys
from collections.abc import Iterator
from itertools import islice
from time import monotonic
from traceback import walk_tb

from dressform.errors import StartupError

_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
THROTTLE_SECONDS = 60.0
"""The time in which ThrottledLogger logs one message once."""

_MAX_CHAIN = 5
_MAX_FOREIGN_FRAMES = 3
_PRIVACY_ACTS = frozenset({"dressform.api.routers.consents", "dressform.api.routers.privacy"})


def configure(level: str) -> None:
    """Set up the root logger with the redacting formatter."""
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter(_FORMAT))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # apscheduler logs each job, alembic each step and uvicorn each start at INFO.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    # The worker reports the errors of jobs itself (ErrorReporter).
    logging.getLogger("apscheduler.executors").setLevel(logging.CRITICAL)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


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


class RedactingFormatter(logging.Formatter):
    """A formatter that writes the type and the location of an error, never its message.

    A message may hold what a client sent: FastAPI's validation errors repeat the whole body.
    """

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        message = record.getMessage()
        if message.startswith("Traceback"):
            # Starlette logs a failed lifespan as the text of a traceback, in its `except` block.
            message, error = "the start or the stop failed", sys.exception()
        redacted = copy.copy(record)
        redacted.msg, redacted.args = _first_line(record.name, message), None
        if error is not None:
            redacted.msg += f" ({_describe_error(error)})"
        redacted.exc_info = redacted.exc_text = redacted.stack_info = None
        return super().format(redacted)


def _first_line(logger: str, message: str) -> str:
    # asyncio writes the repr of objects in further lines and in brackets.
    ends = r"[\n(<]" if logger == "asyncio" else r"\n"
    return re.split(ends, message, maxsplit=1)[0].rstrip()


def _describe_error(error: BaseException) -> str:
    first = list(islice(_iter_causes(error), _MAX_CHAIN))
    # The access log has a line of the same time, which hides the route of a privacy request.
    is_private = any(module in _PRIVACY_ACTS for one in first for module, _ in _list_frames(one))
    return ", after ".join(
        f"{_error_type(one)} at {_traceback_locations(one, is_private)}" for one in first
    )


def _iter_causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error, then its causes and contexts, outermost first."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        else:
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _error_type(error: BaseException) -> str:
    """Return the type with its SQLSTATE or errno; of a StartupError also the message."""
    if isinstance(error, StartupError):
        return f"{type(error).__name__}: {error}"
    codes = [getattr(error, name, None) for name in ("sqlstate", "errno")]
    return " ".join([type(error).__name__, *(str(code) for code in codes if code)])


def _list_frames(error: BaseException) -> list[tuple[str, int]]:
    """Return module and line of each frame, the innermost first."""
    return [
        (str(frame.f_globals.get("__name__")), line) for frame, line in walk_tb(error.__traceback__)
    ][::-1]


def _is_own_module(module: str) -> bool:
    return module.startswith("dressform.")


def _traceback_locations(error: BaseException, is_private: bool) -> str:  # noqa: FBT001
    """Return our own frames, and the innermost frames of libraries.

    For a privacy request our own frames are left out: they would tell which request it was.
    """
    redacted = [
        f"{module}:{line}"
        for depth, (module, line) in enumerate(_list_frames(error))
        if (depth < _MAX_FOREIGN_FRAMES if not _is_own_module(module) else not is_private)
    ]
    if is_private:
        redacted.append("a request about privacy rights")
    return " < ".join(redacted[:20]) or "no frame"
