from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped

from dressform.policy import MODEL
from dressform.tables.base import Base, column, of_account


class Model(Base):
    """The measurements of one body. `sealed`: name, breasts, measurements."""

    __tablename__ = "model"

    id: Mapped[UUID] = column(MODEL, primary_key=True)
    account_id: Mapped[UUID] = of_account(MODEL)
    created_at: Mapped[datetime] = column(MODEL)
    updated_at: Mapped[datetime] = column(MODEL)
    version: Mapped[int] = column(MODEL)
    sealed: Mapped[bytes] = column(MODEL)

    __table_args__ = (Index(None, "account_id", "id"),)


class Avatar(Base):
    """What tells a model from its siblings; only its owner sees it. `sealed`: WebP bytes."""

    __tablename__ = "avatar"

    model_id: Mapped[UUID] = column(
        MODEL, ForeignKey("model.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = column(MODEL, BigInteger)
    changed_at: Mapped[datetime] = column(MODEL)
    sealed: Mapped[bytes] = column(MODEL)
