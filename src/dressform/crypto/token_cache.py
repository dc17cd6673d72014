"""What costs much to find out about a text, found out once."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Generic, Protocol, TypeVar


class Ending(Protocol):
    @property
    def expires_at(self) -> datetime: ...


Found = TypeVar("Found", bound=Ending)


class Remembered(Generic[Found]):
    """At most `most` findings. Whoever asks judges whether one still holds.

    A text is known by its SHA-256: kept as it is, it would be for whoever reads the memory.
    """

    def __init__(self, find: Callable[[str], Found], most: int) -> None:
        self._find = find
        self._most = most
        self._kept: dict[bytes, Found] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def of(self, text: str, *, at: datetime) -> Found:
        """What was found, or is found now. Raises what finding raises, and remembers no failure."""
        digest = hashlib.sha256(text.encode()).digest()
        kept = self._kept.get(digest)
        if kept is not None:
            if at >= kept.expires_at:
                del self._kept[digest]
            return kept
        found = self._find(text)
        if at < found.expires_at:
            self._make_room(at)
            self._kept[digest] = found
        return found

    def _make_room(self, at: datetime) -> None:
        """The oldest go first: those that expired, and one more when there is no room."""
        while self._kept:
            oldest = next(iter(self._kept))
            if at < self._kept[oldest].expires_at and len(self._kept) < self._most:
                return
            del self._kept[oldest]
