"""The socket of the API, bound once and inherited by child processes, and the uvicorn server."""

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
from dressform.system.garbage_collection import freeze_loaded_objects

log = logging.getLogger(__name__)

LISTEN_FD_ENV = "_DRESSFORM_LISTENING"
"""The variable with the file descriptor of a socket that the supervisor has bound."""

_BACKLOG = 2048
_MAX_OPEN_FILES = 16_384
_BIND_TIMEOUT_SECONDS = 1.0
_STARTUP_FAILURE = 3


def bind_socket(settings: Settings) -> socket.socket:
    """Return a listening socket: the inherited one, or a new one.

    Raise StartupError when the address is in use or can't be bound.
    """
    handed_down = os.environ.get(LISTEN_FD_ENV)
    if handed_down is not None:
        return socket.socket(fileno=int(handed_down))
    deadline = time.monotonic() + _BIND_TIMEOUT_SECONDS
    while True:
        try:
            return _create_socket(settings)
        except OSError as error:
            # A process that was just killed may not have closed its socket yet.
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
    # asyncio sets TCP_NODELAY only on sockets whose protocol is IPPROTO_TCP.
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
    """Run the API until a signal. Requests in flight have 5 s to finish; then the spool is shipped."""
    _raise_file_limit()
    config = uvicorn.Config(
        "dressform.api.app:from_environment",
        factory=True,
        # The access log evaluates X-Forwarded-For itself (TrustedProxies).
        proxy_headers=False,
        # uvicorn's access log would write addresses to standard error.
        access_log=False,
        log_config=None,
        server_header=False,
        ws="none",
        http=HttpProtocol,
        lifespan="on",
        timeout_graceful_shutdown=5,
    )
    config.load()  # Imports the application, before the line that says where it listens.
    freeze_loaded_objects()
    host, port = sock.getsockname()[:2]
    log.info("listening on http://%s:%d", f"[{host}]" if ":" in host else host, port)
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):
        server.run(sockets=[sock])
    if not server.started:
        raise SystemExit(_STARTUP_FAILURE)


def _raise_file_limit() -> None:
    """Raise the soft limit of open files: each connection needs one, and 1,024 is a usual default."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MAX_OPEN_FILES if most == resource.RLIM_INFINITY else min(most, _MAX_OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
