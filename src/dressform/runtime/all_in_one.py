"""Everything on one machine with one command, and a few lines that say what was started where."""

import asyncio
import os
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from dressform import __version__
from dressform.bootstrap import migrated, opened
from dressform.db import embedded
from dressform.runtime.server import HANDED_DOWN, listen
from dressform.runtime.supervisor import Child, Restartable, supervise
from dressform.settings.settings import Settings, load

_HERE = {"127.0.0.1": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::1": "::1", "::": "::1"}  # noqa: S104


_Database = tuple[Settings, str, Sequence[Restartable]]
"""The settings with its address, where it is in words, and its process if that is ours."""


def run_everything(settings: Settings) -> None:
    """Until Ctrl-C or SIGTERM. Raises StartupError."""
    with listen(settings) as listening, _database(settings, listening) as (in_use, where, server):
        asyncio.run(_prepare(in_use))
        handed_down = {**os.environ, HANDED_DOWN: str(listening.fileno())}
        supervise(
            [
                Child("serve", handed_down, files=(listening.fileno(),)),
                Child("worker", os.environ),
            ],
            running=server,
            is_ready=lambda: _is_live(in_use),
            announce=lambda: _announce(in_use, where),
        )
    sys.stdout.write("Dressform has stopped.\n")


def serve_side_by_side(listening: socket.socket, settings: Settings) -> None:
    """As many processes of the API as are set, on one socket. Raises StartupError."""
    in_use = settings.model_copy(update={"port": listening.getsockname()[1]})
    alone = {**os.environ, HANDED_DOWN: str(listening.fileno()), "DRESSFORM_WORKERS": "1"}
    supervise(
        [Child("serve", alone, files=(listening.fileno(),)) for _ in range(settings.workers)],
        is_ready=lambda: _is_live(in_use),
        announce=lambda: None,
    )


@contextmanager
def _database(settings: Settings, listening: socket.socket) -> Iterator[_Database]:
    os.environ["DRESSFORM_PORT"] = str(listening.getsockname()[1])  # It may have been 0, any.
    if settings.database_url is not None:
        yield load(), "the one in DRESSFORM_DATABASE_URL", ()
        return
    with embedded.running(settings.state_dir) as server:
        os.environ["DRESSFORM_DATABASE_URL"] = server.url()
        where = f"PostgreSQL under {settings.state_dir / 'postgres'} (dressform psql)"
        yield load(), where, [server.process] if server.process else ()


async def _prepare(settings: Settings) -> None:
    await migrated(settings)
    async with opened(settings):
        pass


def _at(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _announce(settings: Settings, database: str) -> None:
    base = _at("localhost" if settings.host in _HERE else settings.host, settings.port)
    mail = (
        "by SMTP" if settings.smtp_url else f"files in {settings.state_dir / 'mail'}; links below"
    )
    sys.stdout.write(
        f"\nDressform {__version__} is running. Stop it with Ctrl-C.\n"
        f"  API            {base}\n"
        f"  Documentation  {base}/docs\n"
        f"  Database       {database}\n"
        f"  Mail           {mail}\n\n"
    )
    sys.stdout.flush()


def _is_live(settings: Settings) -> bool:
    base = _at(_HERE.get(settings.host, settings.host), settings.port)
    directly = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with directly.open(f"{base}/health/live", timeout=1):
            return True
    except (urllib.error.URLError, OSError):
        return False
