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
_MOST_ERRORS = 5
_INNERMOST = 3
_PRIVACY_ACTS = frozenset({"dressform.api.routers.consents", "dressform.api.routers.privacy"})


def configure(level: str) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(Discreet(_FORMAT))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Both tell of every job and request, at a level where an operator looks for news.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    # What a job runs into is reported by the worker, in a line where a line is enough.
    logging.getLogger("apscheduler.executors").setLevel(logging.CRITICAL)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


class Discreet(logging.Formatter):
    """Tells of an error what it is and where it was raised, never what it says.

    A text may hold what somebody sent: FastAPI's of a body that does not fit has all of it.
    """

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        said = record.getMessage()
        if said.startswith("Traceback"):
            # Starlette's of a start or stop that failed: a text, made where the error is caught.
            said, error = "the start or the stop failed", sys.exception()
        told = copy.copy(record)
        told.msg, told.args = _first_line(record.name, said), None
        if error is not None:
            told.msg += f" ({_described(error)})"
        told.exc_info = told.exc_text = told.stack_info = None
        return super().format(told)


def _first_line(logger: str, said: str) -> str:
    # Below its first line, and as arguments of calls in it, asyncio writes out what it holds.
    ends = r"[\n(<]" if logger == "asyncio" else r"\n"
    return re.split(ends, said, maxsplit=1)[0].rstrip()


def _described(error: BaseException) -> str:
    first = list(islice(_chain(error), _MOST_ERRORS))
    # The access log has a line of the same moment, which does not say what act it was.
    is_private = any(module in _PRIVACY_ACTS for one in first for module, _ in _frames(one))
    return ", after ".join(f"{_kind(one)} at {_places(one, is_private)}" for one in first)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what it came from."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        else:
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _kind(error: BaseException) -> str:
    """With the code of a database or of a system. Our own words to an operator are told."""
    if isinstance(error, StartupError):
        return f"{type(error).__name__}: {error}"
    codes = [getattr(error, name, None) for name in ("sqlstate", "errno")]
    return " ".join([type(error).__name__, *(str(code) for code in codes if code)])


def _frames(error: BaseException) -> list[tuple[str, int]]:
    """Modules and lines, the innermost first."""
    return [
        (str(frame.f_globals.get("__name__")), line) for frame, line in walk_tb(error.__traceback__)
    ][::-1]


def _is_ours(module: str) -> bool:
    return module.startswith("dressform.")


def _places(error: BaseException, is_private: bool) -> str:  # noqa: FBT001
    """Ours, and the last ones of others. Of a privacy act none of ours: they would say which it was."""
    told = [
        f"{module}:{line}"
        for depth, (module, line) in enumerate(_frames(error))
        if (depth < _INNERMOST if not _is_ours(module) else not is_private)
    ]
    if is_private:
        told.append("a request about privacy rights")
    return " < ".join(told[:20]) or "no frame"
