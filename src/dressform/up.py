"""Everything on one machine with one command, and a few lines that say what was started where."""

import asyncio
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from dressform import __version__, embedded
from dressform.errors import StartupError
from dressform.process import migrated, opened
from dressform.settings import Settings, load
from dressform.supervise import supervise

_PATIENCE_SECONDS = 60


def run_everything(settings: Settings) -> None:
    """Until Ctrl-C or SIGTERM. Raises StartupError."""
    claim_port(settings)
    with _database(settings) as (in_use, where):
        asyncio.run(_prepare(in_use))
        supervise(("serve", "worker"), os.environ, lambda: _announce(in_use, where))
    sys.stdout.write("Dressform has stopped.\n")


def claim_port(settings: Settings) -> None:
    """Raises StartupError when something else listens there."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise StartupError(
                f"Port {settings.port} on {settings.host} can't be used ({error.strerror}): stop "
                "what uses it, or set DRESSFORM_PORT to another."
            ) from None


@contextmanager
def _database(settings: Settings) -> Iterator[tuple[Settings, str]]:
    if settings.database_url is not None:
        yield settings, "the one in DRESSFORM_DATABASE_URL"
        return
    with embedded.running(settings.state_dir) as server:
        os.environ["DRESSFORM_DATABASE_URL"] = server.url()
        yield load(), f"PostgreSQL under {settings.state_dir / 'postgres'} (dressform psql)"


async def _prepare(settings: Settings) -> None:
    await migrated(settings)
    async with opened(settings):
        pass


def _announce(settings: Settings, database: str) -> None:
    host = "localhost" if settings.host in {"127.0.0.1", "0.0.0.0", "::1", "::"} else settings.host  # noqa: S104
    base = f"http://{host}:{settings.port}"
    mail = (
        "by SMTP" if settings.smtp_url else f"files in {settings.state_dir / 'mail'}; links below"
    )
    _wait_until_live(base)
    sys.stdout.write(
        f"\nDressform {__version__} is running. Stop it with Ctrl-C.\n"
        f"  API            {base}\n"
        f"  Documentation  {base}/docs\n"
        f"  Database       {database}\n"
        f"  Mail           {mail}\n\n"
    )
    sys.stdout.flush()


def _wait_until_live(base: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{base}/health/live", timeout=2)  # noqa: S310  our own address
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise StartupError("The API did not come up within a minute: its log above says why.")
