"""Lists of passwords, of which filters are made."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from dressform.crypto.password_filter import build_filter, compute_digest
from dressform.crypto.password_forms import list_stored_forms
from dressform.errors import StartupError

ODDS = 1e-6
"""The probability that an uncommon form is found by chance."""
# `21BD12DC183F740EE76F27B78EB39C8AD972A757:99` of Have I Been Pwned, also without the number.
_HASH = re.compile(rb"([0-9A-Fa-f]{40})(?::(\d+))?\Z")

_NTLM = re.compile(rb"[0-9A-F]{32}:\d+\Z")


def build_from_lists(lists: Iterable[Path], *, source: str, least: int = 1) -> bytes:
    """Return the content of a filter file. `least`: how often a listed hash must have been seen.

    Raise StartupError for a file that cannot be read, or that holds no password of use.
    """
    digests = list(_read_digests(lists, least))
    if not digests:
        raise StartupError(
            "The lists have no password of 12 characters or more, and no SHA-1 of one: nothing is written."
        )
    return build_filter(digests, odds=ODDS, source=source)


def _read_digests(lists: Iterable[Path], least: int) -> Iterator[bytes]:
    for path in lists:
        with path.open("rb") as lines:
            for line in lines:
                yield from _digest_line(line.rstrip(b"\r\n"), least)


def _digest_line(line: bytes, least: int) -> Iterator[bytes]:
    """Yield the SHA-1 of a line that holds one, else those of the forms of a password."""
    if _NTLM.match(line):
        raise StartupError("A list holds NTLM hashes: take the list of SHA-1 hashes instead.")
    if found := _HASH.match(line):
        if found[2] is None or int(found[2]) >= least:
            yield bytes.fromhex(found[1].decode())
        return
    try:
        yield from map(compute_digest, list_stored_forms(line.decode()))
    except UnicodeDecodeError:
        return
