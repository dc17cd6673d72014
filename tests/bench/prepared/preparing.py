"""How the requests of an operation are prepared."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench.load import Request
from tests.bench.members import Members

Sequences = Sequence[Sequence[Request]]
"""Requests that are sent one after the other on one connection, for each of several connections."""

MAX_CONNECTIONS = 64
STORED = 256
"""Requests for each of which something is stored before."""
HASHING = 96
"""Requests of an operation that hashes a password: some 30 to 80 of them are answered in a second."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The requests of one operation.

    `make` makes so many sequences of requests, and stores what they need. Each connection goes
    through its sequence again and again, unless `once` says how many sequences are made for a
    measurement, each of which is sent once.
    """

    make: Callable[[Members, int], Coroutine[Any, Any, Sequences]]
    status: int = 200
    once: int = 0
    connections: int = MAX_CONNECTIONS
    """At most; more would be refused."""
    only_reads: bool = False
    """Whether it changes nothing although its method is neither GET nor HEAD."""
    note: str = ""
    """What was done where the request can't be repeated as it is, for whoever reads the table."""


def public(method: str, path: str, payload: object = None) -> Prepared:
    """Prepare a request that is the same for everybody, and changes nothing."""
    request = Request(method, path) if payload is None else Request.with_json(method, path, payload)

    async def make(_: Members, number: int) -> Sequences:
        return [[request]] * number

    return Prepared(make, only_reads=True)
