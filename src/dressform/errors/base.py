"""The base of the errors that a client receives."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that does not fit: a JSON Pointer into the body (``#/name``), and what to do."""

    pointer: str
    detail: str


class DressformError(Exception):
    """Base of the errors that a client receives. `detail` says what to do."""

    status: ClassVar[HTTPStatus]
    slug: ClassVar[str]
    title: ClassVar[str]
    detail: str = ""

    def __init__(
        self,
        detail: str | None = None,
        *,
        retry_after: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.detail = detail if detail is not None else self.detail
        self.retry_after = retry_after
        self.headers: Mapping[str, str] = headers or {}
        super().__init__(self.detail)

    def as_problem(self, request_id: object) -> dict[str, Any]:
        """Return the members of an RFC 9457 problem document."""
        return {
            "type": f"/problems#{self.slug}",
            "title": self.title,
            "status": int(self.status),
            "detail": self.detail,
            "instance": f"urn:uuid:{request_id}",
        }
