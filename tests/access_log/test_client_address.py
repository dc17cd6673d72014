import ipaddress
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dressform.access_log.client_address import UNKNOWN, TrustedProxies, parse_address

PROXY, OTHER_PROXY, VISITOR = "10.0.0.1", "10.0.0.2", "203.0.113.9"
FORGED = "198.51.100.66"


def of(
    peer: str | None, *forwarded: str | bytes, trusted: tuple[str, ...] = ("10.0.0.0/8", "fd00::/8")
) -> str:
    """The address found for a peer and the X-Forwarded-For lines of a request."""
    networks = [ipaddress.ip_network(network) for network in trusted]
    lines = [line if isinstance(line, bytes) else line.encode("latin-1") for line in forwarded]
    headers = [(b"host", b"x"), *((b"x-forwarded-for", line) for line in lines)]
    scope = {"client": (peer, 1234) if peer is not None else None, "headers": headers}
    return str(TrustedProxies(networks).client_host(scope))


@pytest.mark.parametrize("peer", [VISITOR, "127.0.0.1", "2001:db8::7"])
def test_without_trusted_proxies_nobody_is_believed(peer: str) -> None:
    assert of(peer, FORGED, trusted=()) == peer


def test_a_stranger_is_not_believed() -> None:
    assert of(VISITOR, FORGED) == VISITOR


def test_a_proxy_speaks_for_its_client() -> None:
    assert of(PROXY, VISITOR) == VISITOR


def test_what_a_client_wrote_itself_stands_further_left() -> None:
    """The left-most entry is the one that anybody can forge."""
    assert of(PROXY, f"{FORGED}, {VISITOR}") == VISITOR


def test_the_walk_goes_past_every_trusted_hop() -> None:
    assert of(PROXY, f"{FORGED}, {VISITOR}, {OTHER_PROXY}, 10.9.9.9") == VISITOR


def test_several_lines_are_one_list() -> None:
    assert of(PROXY, FORGED, VISITOR, OTHER_PROXY) == VISITOR


def test_a_chain_of_proxies_alone_ends_at_the_farthest() -> None:
    assert of(PROXY, f"10.3.3.3, {OTHER_PROXY}") == "10.3.3.3"


@pytest.mark.parametrize(
    "garbage", ["garbage<script>", "", " ", "unknown", "_hidden", "1.2.3", "::g"]
)
def test_garbage_ends_the_walk_at_the_last_good_hop(garbage: str) -> None:
    """What stands left of it was written by nobody whom we trust."""
    assert of(PROXY, f"{VISITOR}, {garbage}, {OTHER_PROXY}") == OTHER_PROXY
    assert of(PROXY, garbage) == PROXY


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("::ffff:203.0.113.9", VISITOR),
        ("::FFFF:cb00:7109", VISITOR),
        ("203.0.113.9:49152", VISITOR),
        ("[2001:db8::7]:49152", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("2001:DB8:0:0::7", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1"),
        ("  203.0.113.9\t", VISITOR),
    ],
)
def test_spellings_of_an_address(written: str, read: str) -> None:
    assert str(parse_address(written)) == read
    assert of(PROXY, written) == read


@pytest.mark.parametrize("padding", ["x", " ", "9"])
def test_what_is_too_long_for_an_address_is_not_kept(padding: str) -> None:
    """A cache of headers could be filled by anybody."""
    tracemalloc.start()
    for number in range(50):
        assert of(PROXY, f"{number}" + padding * 200_000) == PROXY
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert kept < 500_000


def test_the_longest_spelling_is_read() -> None:
    written = "[2001:0db8:0000:0000:0000:0000:203.0.113.251%fifteen-letters]:49152"

    assert str(parse_address(written)) == "2001:db8::cb00:71fb"


def test_an_unwrapped_proxy_is_recognised() -> None:
    """A socket for both families shows an IPv4 peer as ::ffff:10.0.0.1."""
    assert of("::ffff:10.0.0.1", VISITOR) == VISITOR
    assert of(f"::ffff:{VISITOR}", FORGED) == VISITOR


def test_who_has_no_address_speaks_for_nobody() -> None:
    assert of(None, VISITOR) == str(UNKNOWN)
    assert of("", VISITOR) == str(UNKNOWN)
    assert of(None, VISITOR, trusted=("0.0.0.0/0",)) == str(UNKNOWN)


def test_an_everywhere_network_takes_the_farthest() -> None:
    assert of(VISITOR, FORGED, trusted=("0.0.0.0/0",)) == FORGED


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_no_header_of_a_stranger_changes_anything(lines: list[bytes]) -> None:
    assert of(VISITOR, *lines) == VISITOR


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_whatever_a_proxy_passes_on_an_address_comes_out(lines: list[bytes]) -> None:
    ipaddress.ip_address(of(PROXY, *lines))


@given(st.text(alphabet="0123456789abcdef.:%[]/ ,", max_size=40), st.ip_addresses())
def test_nothing_to_the_left_of_an_honest_hop_matters(
    forged: str, visitor: ipaddress.IPv4Address | ipaddress.IPv6Address
) -> None:
    seen = of(PROXY, f"{forged},{visitor}", trusted=("10.0.0.1/32",))

    expected = getattr(visitor, "ipv4_mapped", None) or visitor
    if str(expected) != PROXY:
        assert seen == str(ipaddress.ip_address(str(expected).partition("%")[0]))
