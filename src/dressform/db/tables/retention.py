from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Double, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, expiry_column, internal_column, personal_column
from dressform.policy.operation_data import RETENTION_RUN


class RetentionRun(Base):
    """One run of one rule: the ledger by which any number of workers run each slot once.

    `finished_at`, `rows` and `seconds` are null while it runs, and after it was interrupted.
    """

    __tablename__ = "retention_run"

    id: Mapped[UUID] = personal_column(RETENTION_RUN, primary_key=True)
    rule: Mapped[str] = personal_column(RETENTION_RUN)
    slot: Mapped[datetime] = personal_column(RETENTION_RUN)
    started_at: Mapped[datetime] = personal_column(RETENTION_RUN)
    finished_at: Mapped[datetime | None] = personal_column(RETENTION_RUN)
    cutoff_at: Mapped[datetime] = personal_column(RETENTION_RUN)
    rows: Mapped[int | None] = personal_column(RETENTION_RUN, BigInteger)
    seconds: Mapped[float | None] = personal_column(RETENTION_RUN, Double)
    expires_at: Mapped[datetime] = expiry_column(RETENTION_RUN)

    __table_args__ = (UniqueConstraint("rule", "slot"), Index(None, "expires_at"))


class PurgeBlock(Base):
    """A rule that stopped before a suspicious deletion, and its approval, which works once.

    `rows`: how many rows it was about to delete, which is also what is approved.
    """

    __tablename__ = "purge_block"

    rule: Mapped[str] = internal_column(primary_key=True)
    reason: Mapped[str] = internal_column()
    rows: Mapped[int] = internal_column(BigInteger)
    blocked_at: Mapped[datetime] = internal_column()
    approved_at: Mapped[datetime | None] = internal_column()


class QuarantinedRow(Base):
    """A row that could not be deleted. It is skipped until `retry_at`, so it blocks no others."""

    __tablename__ = "quarantined_row"

    rule: Mapped[str] = personal_column(RETENTION_RUN, primary_key=True)
    row_id: Mapped[UUID] = personal_column(RETENTION_RUN, primary_key=True)
    started_at: Mapped[datetime] = personal_column(RETENTION_RUN)
    retry_at: Mapped[datetime] = personal_column(RETENTION_RUN)
    attempts: Mapped[int] = personal_column(RETENTION_RUN)
    error: Mapped[str] = personal_column(RETENTION_RUN)
    expires_at: Mapped[datetime] = expiry_column(RETENTION_RUN)

    __table_args__ = (Index(None, "expires_at"),)
