"""The deadlines of a connection: by when the client must have sent more."""

READ_TIMEOUT_SECONDS = 20.0
"""The time for the head of a request, for each pause within its body, and to begin with for all of it."""
PROBE_TIMEOUT_SECONDS = 2.0
"""The time for the head of a request on a connection that is reserved for probes."""
BODY_BYTES_PER_SECOND = 64 * 1024
"""A body has one second more for as many bytes."""
WRITE_TIMEOUT_SECONDS = 30.0
"""The time in which a client must have read MIN_PROGRESS_BYTES of what waits, or all of it."""
MIN_PROGRESS_BYTES = 16 * 1024


class ReadDeadline:
    """The moment by which the rest of a head or of a body must arrive."""

    def __init__(self, now: float) -> None:
        self._head_timeout: float | None = None
        self._start: float | None = now
        self._end: float | None = None

    def reserve_for_probe(self) -> None:
        """Shorten the time for each head."""
        self._head_timeout = PROBE_TIMEOUT_SECONDS

    def begin_head(self, now: float) -> None:
        self._start, self._end = now, None

    def begin_body(self, now: float) -> None:
        """Start the time for a pause, and that for the whole body."""
        self._start, self._end = now, now + READ_TIMEOUT_SECONDS

    def extend_body(self, now: float, size: int) -> None:
        """Start the time for the next pause, and add to that for the whole body."""
        self._start = now
        if self._end is not None:
            self._end += size / BODY_BYTES_PER_SECOND

    def clear(self) -> None:
        """Wait for nothing: the request is complete."""
        self._start = self._end = None

    def compute(self, now: float, *, is_paused: bool) -> float:
        """Return the deadline. While the server has paused reading, the client loses no time."""
        if self._start is None or is_paused:
            if self._end is not None:
                self._end = max(self._end, now + READ_TIMEOUT_SECONDS)
            return now + READ_TIMEOUT_SECONDS
        timeout = READ_TIMEOUT_SECONDS
        if self._end is None and self._head_timeout is not None:
            timeout = self._head_timeout
        pause = self._start + timeout
        return pause if self._end is None else min(pause, self._end)
