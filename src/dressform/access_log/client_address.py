"""Who is at the other end: the peer, or whom a chain of trusted proxies speaks for."""

import ipaddress
from collections.abc import Iterable, Sequence
from functools import lru_cache

from starlette.types import Scope

from dressform.settings.validators import Network

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

UNKNOWN = ipaddress.IPv4Address(0)
"""Recorded when there is no peer address, which over TCP is never so."""

_MAX_LENGTH = 80
"""45 characters of address, with brackets, a port and the name of an interface."""


def parse_address(text: str) -> Address | None:
    """An address as it stands in a socket or a header: ``::ffff:`` unwrapped, port and zone cut."""
    # Whatever is longer must not stay in the cache: a header may hold anything.
    return _parse_cached(text.strip()) if len(text) <= _MAX_LENGTH else None


@lru_cache(maxsize=4096)
def _parse_cached(bare: str) -> Address | None:
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


@lru_cache(maxsize=4096)
def _canonical(peer: str) -> str:
    return str(parse_address(peer) or UNKNOWN)


class TrustedProxies:
    """Walks X-Forwarded-For from the right, past the proxies that we trust."""

    def __init__(self, trusted: Sequence[Network]) -> None:
        self._trusted = tuple(trusted)

    def client_host(self, scope: Scope) -> str:
        """As it is written in the log."""
        client = scope.get("client")
        peer = (client and client[0]) or ""
        if self._trusted and (nearest := parse_address(peer)) and self._is_trusted(nearest):
            return str(self._forwarded(scope["headers"], nearest))
        return _canonical(peer)

    def _forwarded(self, headers: Iterable[tuple[bytes, bytes]], peer: Address) -> Address:
        lines = [value.decode("latin-1") for name, value in headers if name == b"x-forwarded-for"]
        hops = ",".join(lines).split(",") if lines else []
        nearest = peer
        for hop in reversed(hops):
            address = parse_address(hop)
            if address is None:
                break  # What stands further left was written by nobody whom we trust.
            nearest = address
            if not self._is_trusted(address):
                break
        return nearest

    def _is_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)
