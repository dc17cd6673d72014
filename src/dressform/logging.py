"""Logging of a process: one line an event, on standard error, and never a personal value."""

import copy
import logging
import re
import sys
from collections.abc import Iterator
from itertools import islice
from traceback import walk_tb

from dressform.errors import StartupError

_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_MAX_CHAIN = 5
_MAX_FOREIGN_FRAMES = 3
_PRIVACY_ACTS = frozenset({"dressform.api.routers.consents", "dressform.api.routers.privacy"})


def configure(level: str) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter(_FORMAT))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Both tell of every job and request, at a level where an operator looks for news.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    # What a job runs into is reported by the worker, in a line where a line is enough.
    logging.getLogger("apscheduler.executors").setLevel(logging.CRITICAL)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


class RedactingFormatter(logging.Formatter):
    """Tells of an error what it is and where it was raised, never what it says.

    A text may hold what somebody sent: FastAPI's of a body that does not fit has all of it.
    """

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        message = record.getMessage()
        if message.startswith("Traceback"):
            # Starlette's of a start or stop that failed: a text, made where the error is caught.
            message, error = "the start or the stop failed", sys.exception()
        redacted = copy.copy(record)
        redacted.msg, redacted.args = _first_line(record.name, message), None
        if error is not None:
            redacted.msg += f" ({_describe_error(error)})"
        redacted.exc_info = redacted.exc_text = redacted.stack_info = None
        return super().format(redacted)


def _first_line(logger: str, message: str) -> str:
    # Below its first line, and as arguments of calls in it, asyncio writes out what it holds.
    ends = r"[\n(<]" if logger == "asyncio" else r"\n"
    return re.split(ends, message, maxsplit=1)[0].rstrip()


def _describe_error(error: BaseException) -> str:
    first = list(islice(_iter_causes(error), _MAX_CHAIN))
    # The access log has a line of the same moment, which does not say what act it was.
    is_private = any(module in _PRIVACY_ACTS for one in first for module, _ in _list_frames(one))
    return ", after ".join(
        f"{_error_type(one)} at {_traceback_locations(one, is_private)}" for one in first
    )


def _iter_causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what it came from."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        else:
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _error_type(error: BaseException) -> str:
    """With the code of a database or of a system. Our own words to an operator are told."""
    if isinstance(error, StartupError):
        return f"{type(error).__name__}: {error}"
    codes = [getattr(error, name, None) for name in ("sqlstate", "errno")]
    return " ".join([type(error).__name__, *(str(code) for code in codes if code)])


def _list_frames(error: BaseException) -> list[tuple[str, int]]:
    """Modules and lines, the innermost first."""
    return [
        (str(frame.f_globals.get("__name__")), line) for frame, line in walk_tb(error.__traceback__)
    ][::-1]


def _is_own_module(module: str) -> bool:
    return module.startswith("dressform.")


def _traceback_locations(error: BaseException, is_private: bool) -> str:  # noqa: FBT001
    """Ours, and the last ones of others. Of a privacy act none of ours: they would say which it was."""
    redacted = [
        f"{module}:{line}"
        for depth, (module, line) in enumerate(_list_frames(error))
        if (depth < _MAX_FOREIGN_FRAMES if not _is_own_module(module) else not is_private)
    ]
    if is_private:
        redacted.append("a request about privacy rights")
    return " < ".join(redacted[:20]) or "no frame"
