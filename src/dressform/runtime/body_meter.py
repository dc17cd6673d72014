"""The cost of the framing of a body: a chunk takes time to parse, however short it is."""

FREE_PIECES = 2_000
MIN_PIECE_BYTES = 128
"""The mean size that the pieces of a body must have beyond FREE_PIECES."""
MAX_FRAMING_BYTES = 64 * 1024
"""The bytes around a body, such as sizes and extensions of chunks, beside as many as it has itself."""


class BodyMeter:
    """Counts the pieces and the bytes of a body, and those that were received for it."""

    def __init__(self) -> None:
        self._pieces = self._bytes = self._received = 0

    def add_received(self, size: int) -> None:
        self._received += size

    def add_piece(self, size: int) -> None:
        self._pieces += 1
        self._bytes += size

    @property
    def has_too_much_framing(self) -> bool:
        """Return whether the pieces are too short, or the bytes around them too many."""
        return (
            self._pieces > FREE_PIECES + self._bytes / MIN_PIECE_BYTES
            or self._received > MAX_FRAMING_BYTES + 2 * self._bytes
        )
