"""Logging of a process: one line per event, on standard error, without any personal value.

A line is text or a JSON object. Its time is in UTC and cut to seconds: a finer one could be compared
with other times that are stored.
"""

import copy
import json
import logging
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from traceback import walk_tb

from dressform.errors import StartupError

_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_MAX_CHAIN = 5
_MAX_FOREIGN_FRAMES = 3
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_PRIVACY_ACTS = frozenset({"dressform.api.routers.consents", "dressform.api.routers.privacy"})


def configure(level: str, log_format: str) -> None:
    """Set up the root logger with a redacting formatter. The format is `text` or `json`."""
    handler = logging.StreamHandler()
    formatter = JsonFormatter if log_format == "json" else RedactingFormatter
    handler.setFormatter(formatter(_FORMAT))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # apscheduler logs each job, alembic each step and uvicorn each start at INFO.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    # The worker reports the errors of jobs itself (ErrorReporter).
    logging.getLogger("apscheduler.executors").setLevel(logging.CRITICAL)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


class RedactingFormatter(logging.Formatter):
    """A formatter that writes the type and the location of an error, never its message.

    A message may hold what a client sent: FastAPI's validation errors repeat the whole body.
    """

    def format(self, record: logging.LogRecord) -> str:
        return super().format(self.redact(record))

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802, ARG002
        """Return the time of a record in UTC, as in ``2026-11-30T12:00:00Z``."""
        at = datetime.fromtimestamp(int(record.created), UTC)
        return at.isoformat().replace("+00:00", "Z")

    def redact(self, record: logging.LogRecord) -> logging.LogRecord:
        """Return a copy of the record whose message is one line without personal values."""
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
        return redacted


class JsonFormatter(RedactingFormatter):
    """A formatter that writes each record as a JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        event = getattr(record, "event", None)
        values = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": self.redact(record).msg,
            **({} if event is None else {"event": event}),
        }
        return json.dumps(values, ensure_ascii=False)


def _first_line(logger: str, message: str) -> str:
    # asyncio writes the repr of objects in further lines and in brackets.
    ends = r"[\n(<]" if logger == "asyncio" else r"\n"
    first = re.split(ends, message, maxsplit=1)[0].rstrip()
    # A terminal obeys control characters, and some programs end a line at U+2028.
    return _CONTROL_CHARACTERS.sub("?", first)


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
