"""Translate the driver's errors into our own, which do not repeat any value."""

import asyncpg

from dressform.db.sqlstates import TRANSIENT
from dressform.errors import Unavailable

RETRY_AFTER_SECONDS = 5

_CONNECTION_ERRORS = (
    OSError,
    TimeoutError,
    asyncpg.InternalClientError,  # What a connection raises whose server has just closed it.
)


class NoFreeConnection(TimeoutError):
    """All connections of the pool were in use for too long."""


class StatementTimeout(Unavailable):
    """The server cancelled a statement (57014) that ran longer than its timeout."""


class DatabaseError(Exception):
    """The database refused a statement. `sqlstate` is the reason; it contains no value."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(f"SQLSTATE {sqlstate}")
        self.sqlstate = sqlstate


class ConstraintError(DatabaseError):
    """A constraint refused a row. `constraint` is its name."""

    def __init__(self, sqlstate: str, constraint: str) -> None:
        super().__init__(sqlstate)
        self.constraint = constraint


def is_usable_after(error: BaseException) -> bool:
    """Return whether an error concerns the statement only, so that its connection stays usable."""
    return isinstance(error, asyncpg.PostgresError) and not is_connection_error(error)


class translated_errors:  # noqa: N801  reads as a clause
    """Translate the driver's errors that a block raises into our own."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None and (known := translate(error)) is not None:
            raise known from error


def translate(error: BaseException) -> Exception | None:
    """Return Unavailable, ConstraintError or DatabaseError for an error of the driver.

    Return None for an error that is not the driver's.
    """
    if isinstance(error, asyncpg.QueryCanceledError):
        return StatementTimeout(
            reason="the server cancelled a statement", retry_after=RETRY_AFTER_SECONDS
        )
    if is_connection_error(error):
        return Unavailable(reason=_describe(error), retry_after=RETRY_AFTER_SECONDS)
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        return ConstraintError(error.sqlstate, error.constraint_name or "")
    if isinstance(error, asyncpg.PostgresError):
        return DatabaseError(error.sqlstate or "unknown")
    if isinstance(error, asyncpg.InterfaceError):
        return DatabaseError(
            "unknown"
        )  # A value that its column can't hold, which the text repeats.
    return None


def _describe(error: BaseException) -> str:
    if isinstance(error, NoFreeConnection):
        return "no connection to the database was free in time"
    if isinstance(error, TimeoutError):
        return "the database did not answer in time"
    if isinstance(error, asyncpg.PostgresError):
        return f"the database refused with SQLSTATE {error.sqlstate}"
    return f"the connection to the database failed ({type(error).__name__})"


def leaves_outcome_unknown(error: BaseException) -> bool:
    """Return whether an error of COMMIT says nothing about whether the server committed.

    A lost connection or a timeout do not; an error that the server answered with, or a connection
    that was closed before COMMIT was sent, mean that it did not.
    """
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "").startswith(("08", "57"))
    return isinstance(error, _CONNECTION_ERRORS)


def is_connection_error(error: BaseException) -> bool:
    """Return whether the database can't be reached or written to now, though the statement is right."""
    if isinstance(error, asyncpg.PostgresError):
        is_transient = (error.sqlstate or "").startswith(TRANSIENT)
        return is_transient and not isinstance(error, asyncpg.QueryCanceledError)
    if isinstance(error, asyncpg.InterfaceError):
        return not isinstance(error, ValueError)  # The connection was closed meanwhile.
    return isinstance(error, _CONNECTION_ERRORS)
