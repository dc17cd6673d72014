"""Running all processes on one machine, for `dressform up` and for several API processes."""

import asyncio
import os
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from dressform import __version__
from dressform.bootstrap import bootstrap, run_migrations
from dressform.db import embedded
from dressform.runtime.server import LISTEN_FD_ENV, bind_socket
from dressform.runtime.supervisor import ChildProcess, Restartable, supervise
from dressform.settings.loader import load_settings
from dressform.settings.settings import Settings

_LOOPBACK = {"127.0.0.1": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::1": "::1", "::": "::1"}  # noqa: S104  # nosec B104  # compared


_Database = tuple[Settings, str, Sequence[Restartable]]
"""The effective settings, the location in words, and the process if this command has started it."""


def run_everything(settings: Settings) -> None:
    """Run PostgreSQL, API and worker until Ctrl-C or SIGTERM. Raise StartupError."""
    with (
        bind_socket(settings) as sock,
        _open_database(settings, sock) as (effective, where, server),
    ):
        asyncio.run(_prepare(effective))
        handed_down = {**os.environ, LISTEN_FD_ENV: str(sock.fileno())}
        supervise(
            [
                ChildProcess("serve", handed_down, files=(sock.fileno(),)),
                ChildProcess("worker", os.environ),
            ],
            already_running=server,
            is_ready=lambda: _is_live(effective),
            on_ready=lambda: _print_banner(effective, where),
        )
    sys.stdout.write("Dressform has stopped.\n")


def run_workers(sock: socket.socket, settings: Settings) -> None:
    """Run the configured number of API processes on one socket. Raise StartupError."""
    effective = settings.model_copy(update={"port": sock.getsockname()[1]})
    alone = {**os.environ, LISTEN_FD_ENV: str(sock.fileno()), "DRESSFORM_WORKERS": "1"}
    supervise(
        [ChildProcess("serve", alone, files=(sock.fileno(),)) for _ in range(settings.workers)],
        is_ready=lambda: _is_live(effective),
        on_ready=lambda: None,
    )


@contextmanager
def _open_database(settings: Settings, sock: socket.socket) -> Iterator[_Database]:
    os.environ["DRESSFORM_PORT"] = str(sock.getsockname()[1])  # The port may have been 0.
    if settings.database_url is not None:
        yield load_settings(), "the one in DRESSFORM_DATABASE_URL", ()
        return
    with embedded.start_server(settings.state_dir) as server:
        os.environ["DRESSFORM_DATABASE_URL"] = server.url()
        where = f"PostgreSQL under {settings.state_dir / 'postgres'} (dressform psql)"
        yield load_settings(), where, [server.process] if server.process else ()


async def _prepare(settings: Settings) -> None:
    await run_migrations(settings)
    async with bootstrap(settings):
        pass


def _base_url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _print_banner(settings: Settings, database: str) -> None:
    base = _base_url("localhost" if settings.host in _LOOPBACK else settings.host, settings.port)
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
    base = _base_url(_LOOPBACK.get(settings.host, settings.host), settings.port)
    directly = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with directly.open(f"{base}/health/live", timeout=1):
            return True
    except (urllib.error.URLError, OSError):
        return False
