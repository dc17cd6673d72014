from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped

from dressform.policy import SESSION
from dressform.tables.base import Base, column, of_account, window_end


class Session(Base):
    """A member signed in somewhere: nothing is kept of where or with what. Ended means deleted."""

    __tablename__ = "session"

    id: Mapped[UUID] = column(SESSION, primary_key=True)
    account_id: Mapped[UUID] = of_account(SESSION, index=True)
    created_at: Mapped[datetime] = column(SESSION)
    renewed_at: Mapped[datetime] = column(SESSION)
    ends_at: Mapped[datetime] = window_end(SESSION)

    __table_args__ = (Index(None, "ends_at"),)


class RefreshToken(Base):
    """One link of a session's chain of refresh tokens; a used one that returns gives theft away."""

    __tablename__ = "refresh_token"

    hash: Mapped[bytes] = column(SESSION, primary_key=True)
    session_id: Mapped[UUID] = column(
        SESSION, ForeignKey("session.id", ondelete="CASCADE"), index=True
    )
    used_at: Mapped[datetime | None] = column(SESSION)
