"""Claims of an account on work that it gets once at a time: a picture, an import, an export."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from dressform.errors import RateLimited

_RETRY_AFTER_SECONDS = 2


class Claims:
    """The calls that are in flight in this process, by kind and account."""

    def __init__(self) -> None:
        self._held: set[tuple[str, UUID]] = set()

    @contextmanager
    def hold(self, kind: str, account_id: UUID) -> Iterator[None]:
        """Hold the only claim of an account. Raise RateLimited while another request holds it."""
        claim = kind, account_id
        if claim in self._held:
            raise RateLimited(
                f"Wait until your other {kind} is finished.",
                retry_after=_RETRY_AFTER_SECONDS,
                headers={
                    "RateLimit-Policy": f'"{kind}";q=1;qu="concurrent-requests"',
                    "RateLimit": f'"{kind}";r=0;t={_RETRY_AFTER_SECONDS}',
                },
            )
        self._held.add(claim)
        try:
            yield
        finally:
            self._held.remove(claim)
