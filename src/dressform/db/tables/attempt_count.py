from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, expiry_column, personal_column
from dressform.policy.sign_in_data import ATTEMPT


class AttemptCount(Base):
    """The number of attempts at one target in one window of a limit.

    `id` is the keyed hash of the limit, the window and the target (`crypto.attempt_keys`). `hour` is the
    hour in which the window began, whatever its length. The table is not in the write-ahead log: after
    a crash of the database it is empty.
    """

    __tablename__ = "attempt_count"

    id: Mapped[UUID] = personal_column(ATTEMPT, primary_key=True)
    hour: Mapped[datetime] = personal_column(ATTEMPT)
    number: Mapped[int] = personal_column(ATTEMPT)
    expires_at: Mapped[datetime] = expiry_column(ATTEMPT)

    __table_args__ = (Index(None, "expires_at"), {"prefixes": ["UNLOGGED"]})
