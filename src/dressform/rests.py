"""Long work in short pieces: between two the database is left alone, for whoever reads meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

REST = 0.5
"""How long, in lengths of the piece before it."""


class Rests:
    """What is done between two pieces without the database counts as a rest."""

    def __init__(self) -> None:
        self._until = 0.0

    @asynccontextmanager
    async def piece(self) -> AsyncIterator[None]:
        """Around what asks the database."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._until - loop.time())
        began = loop.time()
        yield
        self._until = loop.time() + REST * (loop.time() - began)
