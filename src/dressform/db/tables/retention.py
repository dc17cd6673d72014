from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Double, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, column, machinery, window_end
from dressform.policy.notice import ROUND


class RetentionRun(Base):
    """One rule enforced once: the ledger that makes each slot run once over any number of workers.

    `finished_at`, `rows` and `seconds` are null while it runs, or when it was interrupted.
    """

    __tablename__ = "retention_run"

    id: Mapped[UUID] = column(ROUND, primary_key=True)
    rule: Mapped[str] = column(ROUND)
    slot: Mapped[datetime] = column(ROUND)
    started_at: Mapped[datetime] = column(ROUND)
    finished_at: Mapped[datetime | None] = column(ROUND)
    cut_off: Mapped[datetime] = column(ROUND)
    rows: Mapped[int | None] = column(ROUND, BigInteger)
    seconds: Mapped[float | None] = column(ROUND, Double)
    ends_at: Mapped[datetime] = window_end(ROUND)

    __table_args__ = (UniqueConstraint("rule", "slot"), Index(None, "ends_at"))


class RetentionHold(Base):
    """A rule that stopped before ending anything, and the approval that lets it go on once.

    `rows` is what it was about to end, and what is approved.
    """

    __tablename__ = "retention_hold"

    rule: Mapped[str] = machinery(primary_key=True)
    reason: Mapped[str] = machinery()
    rows: Mapped[int] = machinery(BigInteger)
    held_at: Mapped[datetime] = machinery()
    approved_at: Mapped[datetime | None] = machinery()


class SetAside(Base):
    """A row that could not be ended, so that it holds up no other; tried again at `retry_at`."""

    __tablename__ = "set_aside"

    rule: Mapped[str] = column(ROUND, primary_key=True)
    row_id: Mapped[UUID] = column(ROUND, primary_key=True)
    started_at: Mapped[datetime] = column(ROUND)
    retry_at: Mapped[datetime] = column(ROUND)
    attempts: Mapped[int] = column(ROUND)
    error: Mapped[str] = column(ROUND)
    ends_at: Mapped[datetime] = window_end(ROUND)

    __table_args__ = (Index(None, "ends_at"),)
