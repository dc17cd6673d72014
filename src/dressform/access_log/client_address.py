"""The address of the client: the peer, or the client that trusted proxies name."""

import ipaddress
from collections.abc import Iterable, Sequence
from functools import lru_cache

from starlette.types import Scope

from dressform.settings.validators import Network

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

UNKNOWN = ipaddress.IPv4Address(0)
"""Recorded when the scope has no peer address, which does not happen over TCP."""

_MAX_LENGTH = 80
"""45 characters of address, with brackets, a port and the name of an interface."""


def parse_address(text: str) -> Address | None:
    """Return an address from a socket or a header, without ``::ffff:``, port and zone.

    Return None for anything else.
    """
    # Longer texts must not fill the cache: a header may hold anything.
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
    """The trusted proxies, whose X-Forwarded-For is read from the right."""

    def __init__(self, trusted: Sequence[Network]) -> None:
        self._trusted = tuple(trusted)

    def client_host(self, scope: Scope) -> str:
        """Return the client's address as it is written to the access log."""
        client = scope.get("client")
        peer = (client and client[0]) or ""
        if self._trusted and (nearest := parse_address(peer)) and self._is_trusted(nearest):
            return str(self._resolve_forwarded(scope["headers"], nearest))
        return _canonical(peer)

    def _resolve_forwarded(self, headers: Iterable[tuple[bytes, bytes]], peer: Address) -> Address:
        lines = [value.decode("latin-1") for name, value in headers if name == b"x-forwarded-for"]
        hops = ",".join(lines).split(",") if lines else []
        nearest = peer
        for hop in reversed(hops):
            address = parse_address(hop)
            if address is None:
                break  # No trusted proxy has written what stands further left.
            nearest = address
            if not self._is_trusted(address):
                break
        return nearest

    def _is_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)
