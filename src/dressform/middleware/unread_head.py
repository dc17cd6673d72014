"""The headers of a request whose head was never read to its end."""

import httptools


def read_headers(received: bytes) -> list[tuple[bytes, bytes]]:
    """Return the headers whose lines are whole, of the last request that `received` begins.

    `received` must begin with a request. httptools itself tells of a header only when it has seen
    the beginning of the next one, so the last before a malformed line is never told of.
    """
    head = _Head()
    parser = httptools.HttpRequestParser(head)
    parser.set_dangerous_leniencies(lenient_data_after_close=True)  # As uvicorn's own.
    for line in received.splitlines(keepends=True):
        was_open = head.is_open
        try:
            parser.feed_data(line)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            break
        if was_open and line.endswith(b"\n"):
            head.lines.append(line)
    return [_parse(line) for line in head.lines] if head.is_open else []


def _parse(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b":")
    return name.lower(), value.strip()


class _Head:
    """What a parser reports of heads: whether one is open, and its lines below the first."""

    def __init__(self) -> None:
        self.is_open = False
        self.lines: list[bytes] = []

    def on_message_begin(self) -> None:
        self.is_open = True
        self.lines.clear()

    def on_headers_complete(self) -> None:
        self.is_open = False
