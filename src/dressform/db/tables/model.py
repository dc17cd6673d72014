from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, account_fk, personal_column
from dressform.policy.account_data import MODEL


class Model(Base):
    """The measurements of one body. `sealed`: name, breasts, measurements, typed, and the days on which
    it was made and last changed.

    `position`: its place among the models of its account. `version` is random.

    A variant is based on another model and seals only what differs from it; breasts null there
    means the base's.
    """

    __tablename__ = "model"

    id: Mapped[UUID] = personal_column(MODEL, primary_key=True)
    account_id: Mapped[UUID] = account_fk(MODEL)
    position: Mapped[int] = personal_column(MODEL)
    version: Mapped[int] = personal_column(MODEL)
    base_id: Mapped[UUID | None] = personal_column(MODEL)
    sealed: Mapped[bytes] = personal_column(MODEL)

    __table_args__ = (
        UniqueConstraint("account_id", "id"),
        # Both columns, so that no model can be based on another member's. Removing a model makes
        # variants whole first; where a whole account ends, the reference just goes.
        ForeignKeyConstraint(
            ["account_id", "base_id"],
            ["model.account_id", "model.id"],
            ondelete="SET NULL (base_id)",
        ),
        Index(None, "account_id", "position"),
        Index(None, "account_id", "base_id", postgresql_where=text("base_id IS NOT NULL")),
    )


class Avatar(Base):
    """What tells a model from its siblings; only its owner sees it. `sealed`: WebP bytes.

    `version` is random: an avatar that is put after a removal never repeats one, nor its ETag.
    """

    __tablename__ = "avatar"

    model_id: Mapped[UUID] = personal_column(
        MODEL, ForeignKey("model.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = personal_column(MODEL, BigInteger)
    sealed: Mapped[bytes] = personal_column(MODEL)
