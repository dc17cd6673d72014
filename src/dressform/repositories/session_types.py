"""The sessions as actions and endpoints see them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Self
from uuid import UUID

from dressform.repositories.sealed_sessions import SessionContent


@dataclass(frozen=True, slots=True)
class IssuedSession:
    """A session with the refresh token that continues it.

    `expires_at`: when it ends unless it is refreshed before.
    """

    account_id: UUID
    session_id: UUID
    refresh_token: str
    expires_at: datetime
    remembered: bool


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its owner sees it.

    `inactive_at`: when it ends unless it is refreshed before. `expires_at`: when it ends at the
    latest.
    """

    id: UUID
    name: str | None
    signed_in_on: date
    renewed_on: date
    inactive_at: datetime
    expires_at: datetime

    @classmethod
    def from_content(cls, session_id: UUID, content: SessionContent, expires_at: datetime) -> Self:
        return cls(
            session_id,
            content.name,
            content.signed_in_on,
            content.renewed_on,
            min(content.inactive_at, expires_at),
            expires_at,
        )
