"""The server process of the embedded PostgreSQL: start, lookup, stop."""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dressform.db.embedded.processes import is_postgres, read_command_line, stop_process, wait_until
from dressform.db.embedded.programs import ENVIRONMENT, OsUser, binary, last_error_line, run_command
from dressform.errors import StartupError

START_TIMEOUT_SECONDS = 300.0  # After a crash the server replays its WAL first.


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The server of a data folder, as `postmaster.pid` describes it."""

    pid: int
    socket_dir: Path
    ready: bool


class Postgres:
    """The server process of a data folder, as started by this process."""

    name = "postgres"

    def __init__(self, data: Path, user: OsUser, options: Mapping[str, str]) -> None:
        self.log = data.with_name(f"{data.name}.log")
        self._data = data
        self._user = user
        self._options = options
        self._process: subprocess.Popen[bytes]
        self._log_start = 0

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """Return the exit code, None while the server runs."""
        return self._process.poll()

    def start(self) -> None:
        """Start the server without waiting; remains of a killed one are removed first."""
        clear_leftovers(self._data, self._user)
        self.log.touch(mode=0o600)
        self._log_start = self.log.stat().st_size
        pairs = [
            part for name, value in self._options.items() for part in ("-c", f"{name}={value}")
        ]
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603  no shell
                [*_pdeathsig_prefix(), binary("postgres"), "-D", self._data, *pairs],
                user=self._user.uid,
                group=self._user.gid,
                extra_groups=self._user.extra_groups,
                cwd="/",
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # SIGINT of the terminal reaches only this process.
            )

    def wait_until_ready(self) -> None:
        """Wait for connections. Raise StartupError when the server exits or needs too long."""
        wait_until(lambda: self.exit_code is not None or self._is_ready(), START_TIMEOUT_SECONDS)
        if not self._is_ready():
            message = last_error_line(
                self.log.read_bytes()[self._log_start :].decode(errors="replace")
            )
            raise StartupError(f"PostgreSQL did not start: {message} (see {self.log}).")

    def stop(self) -> None:
        stop_process(self.pid, lambda: self.exit_code is not None)

    def _is_ready(self) -> bool:
        found = read_postmaster(self._data)
        return found is not None and found.pid == self.pid and found.ready


@contextmanager
def run_postgres(data: Path, user: OsUser, options: Mapping[str, str]) -> Iterator[Postgres]:
    """Start a server, wait until it is ready, and stop it at the end of the block."""
    server = Postgres(data, user, options)
    server.start()
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.stop()


def _pdeathsig_prefix() -> list[str]:
    """Return a command prefix that makes the kernel send SIGINT when this process dies.

    Empty without `setpriv`, and off the main thread: PR_SET_PDEATHSIG fires when the thread that
    forked the command ends.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None or threading.current_thread() is not threading.main_thread():
        return []
    prefix = [setpriv, "--pdeathsig", "INT", "--"]
    try:
        run_command(OsUser(), *prefix, "true")
    except StartupError:
        return []
    return prefix


def read_postmaster(data: Path) -> Postmaster | None:
    """Return the running server of a data folder, or None."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    lines += [""] * (8 - len(lines))
    if not lines[0].isdecimal() or not _is_server_of(int(lines[0]), data):
        return None
    return Postmaster(int(lines[0]), Path(lines[4]), ready=lines[7].strip() == "ready")


def _is_server_of(pid: int, data: Path) -> bool:
    command = read_command_line(pid)
    return is_postgres(command) and f" -D {data} " in command


def clear_leftovers(data: Path, user: OsUser) -> None:
    """Stop an orphaned server and its backends, and delete a stale `postmaster.pid`.

    The caller holds the lock of the state folder, so the server has no owner.
    """
    orphan = read_postmaster(data)
    if orphan is not None:
        stop_process(orphan.pid, lambda: not _is_server_of(orphan.pid, data))
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    written = pid_file.read_text().partition("\n")[0].lstrip("-")
    pid = int(written) if written.isdecimal() else os.getpid()
    if _is_not_postgres(pid):  # Else PostgreSQL checks the pid file itself, and refuses to start.
        _kill_orphaned_backends(data, user)
        pid_file.unlink(missing_ok=True)


def _kill_orphaned_backends(data: Path, user: OsUser) -> None:
    """Stop backends of a killed server: a busy query does not notice that the postmaster is gone."""
    # As the server's user: without CAP_SYS_PTRACE even root can't read the cwd of others.
    find = 'for p in /proc/[0-9]*; do [ "$p/cwd" -ef "$1" ] && echo "${p#/proc/}"; done; true'
    for pid in map(int, run_command(user, "/bin/sh", "-c", find, "sh", data).split()):
        if is_postgres(read_command_line(pid)):
            stop_process(pid, partial(_is_not_postgres, pid))


def _is_not_postgres(pid: int) -> bool:
    return not is_postgres(read_command_line(pid))
