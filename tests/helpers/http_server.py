"""A real server around the application of a test, in the test's own process."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from dressform.runtime.http_protocol import HttpProtocol


@asynccontextmanager
async def serve_app(app: FastAPI) -> AsyncIterator[int]:
    """Gives the port. The application must be open already."""
    config = uvicorn.Config(
        app, lifespan="off", log_config=None, proxy_headers=False, ws="none", http=HttpProtocol
    )
    # As its lifespan would, which the fixture has entered in its own way.
    app.middleware_stack = app.middleware_stack or app.build_middleware_stack()
    server = uvicorn.Server(config)
    # Asyncio sends small parts at once over sockets that name their protocol only.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        await task
