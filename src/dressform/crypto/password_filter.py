"""A Bloom filter of passwords that many people use: a few bits for each, without the words.

A file begins with a line of JSON: how many bits and hashes it has, and what it was made from. The
positions of a password come from its SHA-1, so that lists which hold only hashes (Have I Been
Pwned) can be used as well. It is no protection: the lists are public.
"""

import hashlib
import json
import math
import mmap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_MAGIC = "dressform-password-filter"
_MAX_HEADER = 4096
# In fewer, the positions of one password are too often those of another.
_MIN_BITS = 2**16
MAX_BYTES = 256 * 1024 * 1024
"""A larger file does not fit into the memory of the process that reads it."""


class FilterFileError(ValueError):
    """The file is no filter, or not complete."""


def compute_digest(text: str) -> bytes:
    """Return the SHA-1 of a text in UTF-8."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).digest()


@dataclass(frozen=True, slots=True)
class PasswordFilter:
    """A Bloom filter, read from its file as it is asked. `digest in filter` may be true by chance."""

    size: int
    hashes: int
    entries: int
    bits: mmap.mmap | bytearray
    offset: int = 0

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a file. Raise FilterFileError, or OSError."""
        with path.open("rb") as file:
            header = file.readline(_MAX_HEADER)
            try:
                facts = json.loads(header)
                size, hashes, entries = (int(facts[key]) for key in ("bits", "hashes", "entries"))
            except (ValueError, KeyError, TypeError):
                raise FilterFileError(f"{path} is no filter of passwords") from None
            length = file.seek(0, 2)
            if facts.get("type") != _MAGIC or size < 1 or length != len(header) + (size + 7) // 8:
                raise FilterFileError(f"{path} is no filter of passwords, or not complete")
            if length > MAX_BYTES:
                raise FilterFileError(f"{path} is larger than {MAX_BYTES >> 20} MB")
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return cls(size, hashes, entries, content, len(header))

    def __contains__(self, digest: bytes) -> bool:
        return all(
            self.bits[self.offset + (place >> 3)] & (1 << (place & 7))
            for place in _list_places(digest, self.size, self.hashes)
        )


def build_filter(digests: Iterable[bytes], *, odds: float, source: str) -> bytes:
    """Return the content of a filter file, in which one of 1 / `odds` others is found by chance."""
    unique = set(digests)
    size = max(_MIN_BITS, math.ceil(-len(unique) * math.log(odds) / math.log(2) ** 2))
    hashes = math.ceil(-math.log2(odds))
    bits = bytearray((size + 7) // 8)
    for digest in unique:
        for place in _list_places(digest, size, hashes):
            bits[place >> 3] |= 1 << (place & 7)
    facts = {
        "type": _MAGIC,
        "bits": size,
        "hashes": hashes,
        "entries": len(unique),
        "odds": odds,
        "source": source,
    }
    return json.dumps(facts).encode() + b"\n" + bits


def count_entries(content: bytes) -> int:
    """Return the number of entries that a filter file says it has."""
    facts: dict[str, int] = json.loads(content.partition(b"\n")[0])
    return facts["entries"]


def _list_places(digest: bytes, size: int, hashes: int) -> Iterable[int]:
    """Yield the positions of a SHA-1: two halves of it, combined (Kirsch and Mitzenmacher)."""
    first = int.from_bytes(digest[:8])
    second = int.from_bytes(digest[8:16]) | 1
    return ((first + number * second) % size for number in range(hashes))
