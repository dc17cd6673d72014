"""psql on the database in use, embedded or not."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence

from dressform.bootstrap import require_embedded_database
from dressform.db import embedded
from dressform.settings.settings import Settings


def run_psql(settings: Settings, arguments: Sequence[str]) -> int:
    """Its exit code. Raises StartupError when there is no database."""
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value().replace("+asyncpg", "", 1)
        return _run([shutil.which("psql") or str(embedded.binary("psql")), url, *arguments])
    require_embedded_database(settings)
    with embedded.attach_or_start(settings.state_dir) as server:
        return _run([str(embedded.binary("psql")), *server.psql_arguments(), *arguments])


def _run(command: list[str]) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is psql's: it cancels a query.
    # A pager would swallow the commands that were pasted behind this one.
    environment = os.environ | ({} if sys.stdin.isatty() and "-c" not in command else {"PAGER": ""})
    return subprocess.call(command, env=environment)  # noqa: S603
