"""Lines of the access log as the middleware writes them."""

from datetime import UTC, datetime, timedelta

from dressform.crypto.secrets import timed_id

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def line(at: datetime = NOON, address: str = "203.0.113.9") -> bytes:
    return f"{at.isoformat()}\t{address}\tGET\t/v1/models/{{model_id}}\t200\t815\t{timed_id()}\n".encode()


def lines(count: int, first: datetime = NOON) -> list[bytes]:
    """A second apart."""
    return [line(first + timedelta(seconds=n)) for n in range(count)]


def id_of(written: bytes) -> str:
    return written.rstrip(b"\n").rpartition(b"\t")[2].decode()
