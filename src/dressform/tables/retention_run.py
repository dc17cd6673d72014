from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Double, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from dressform.policy import ROUND
from dressform.tables.base import Base, column, window_end


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
