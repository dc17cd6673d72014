"""psql on the database in use, embedded or not."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

from dressform.bootstrap import require_embedded_database
from dressform.db import embedded
from dressform.settings.settings import Settings


def run_psql(settings: Settings, arguments: Sequence[str]) -> int:
    """Its exit code. Raises StartupError when there is no database."""
    if settings.database_url is not None:
        url, password = _split_password(settings.database_url.get_secret_value())
        program = shutil.which("psql") or str(embedded.binary("psql"))
        return _run([program, url, *arguments], password)
    require_embedded_database(settings)
    with embedded.attach_or_start(settings.state_dir) as server:
        return _run([str(embedded.binary("psql")), *server.psql_arguments(), *arguments])


def _split_password(url: str) -> tuple[str, dict[str, str]]:
    """Return the URL for psql without its password, which is a variable: other users see arguments."""
    parts = urlsplit(url.replace("+asyncpg", "", 1))
    if parts.password is None:
        return parts.geturl(), {}
    login, _, host = parts.netloc.rpartition("@")
    bare = parts._replace(netloc=f"{login.partition(':')[0]}@{host}")
    return bare.geturl(), {"PGPASSWORD": unquote(parts.password)}


def _run(command: list[str], password: Mapping[str, str] = MappingProxyType({})) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is psql's: it cancels a query.
    # A pager would swallow the commands that were pasted behind this one.
    environment = (
        os.environ
        | password
        | ({} if sys.stdin.isatty() and "-c" not in command else {"PAGER": ""})
    )
    return subprocess.call(command, env=environment)  # noqa: S603
