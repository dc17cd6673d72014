"""The socket that the API listens on: taken once, before anything is started, and handed down."""

import errno
import logging
import os
import resource
import socket
import time
from contextlib import suppress

import uvicorn

from dressform.errors import StartupError
from dressform.runtime.http_protocol import HttpProtocol
from dressform.settings.settings import Settings

log = logging.getLogger(__name__)

LISTEN_FD_ENV = "_DRESSFORM_LISTENING"
"""The number under which a supervisor's child finds the socket."""

_BACKLOG = 2048
_MAX_OPEN_FILES = 16_384
_BIND_TIMEOUT_SECONDS = 1.0
_STARTUP_FAILURE = 3


def bind_socket(settings: Settings) -> socket.socket:
    """Raises StartupError when something else listens there, or nothing can."""
    handed_down = os.environ.get(LISTEN_FD_ENV)
    if handed_down is not None:
        return socket.socket(fileno=int(handed_down))
    deadline = time.monotonic() + _BIND_TIMEOUT_SECONDS
    while True:
        try:
            return _create_socket(settings)
        except OSError as error:
            # One of ours that was killed a moment ago may still be letting go.
            if error.errno == errno.EADDRINUSE and time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            raise StartupError(_bind_error_message(error, settings)) from None


def _bind_error_message(error: OSError, settings: Settings) -> str:
    said = f"({error.strerror})"
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"Port {settings.port} on {settings.host} can't be used {said}: stop what uses it, "
                "or set DRESSFORM_PORT to another."
            )
        case errno.EACCES:
            return (
                f"Port {settings.port} can't be used {said}: those under 1024 take special rights. "
                "Set DRESSFORM_PORT to a higher one, and let a proxy listen on this one."
            )
        case _:
            return (
                f"Nothing can listen on {settings.host} {said}: set DRESSFORM_HOST to an address of "
                "this machine, or to 0.0.0.0 for all of them."
            )


def _create_socket(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # With its protocol named, for asyncio then sends small answers without waiting for more.
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((settings.host, settings.port))
        found.listen(_BACKLOG)
    except BaseException:
        found.close()
        raise
    return found


def run_server(sock: socket.socket) -> None:
    """The API, until a signal. Requests in flight finish within seconds; then it drains its log."""
    _raise_file_limit()
    config = uvicorn.Config(
        "dressform.api.app:from_environment",
        factory=True,
        # The access log knows which proxies to believe; uvicorn would believe any.
        proxy_headers=False,
        # Its own access log would hold addresses.
        access_log=False,
        log_config=None,
        server_header=False,
        ws="none",
        http=HttpProtocol,
        lifespan="on",
        timeout_graceful_shutdown=5,
    )
    config.load()  # What takes long about it: whoever is told where it listens need not wait.
    host, port = sock.getsockname()[:2]
    log.info("listening on http://%s:%d", f"[{host}]" if ":" in host else host, port)
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):
        server.run(sockets=[sock])
    if not server.started:
        raise SystemExit(_STARTUP_FAILURE)


def _raise_file_limit() -> None:
    """As many as the system lets us have: each connection is one, and 1,024 is a usual default."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MAX_OPEN_FILES if most == resource.RLIM_INFINITY else min(most, _MAX_OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
