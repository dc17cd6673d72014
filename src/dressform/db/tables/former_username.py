from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, SmallInteger
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, expiry_column, personal_column
from dressform.policy.account_data import FORMER_USERNAME


class FormerUsername(Base):
    """A username that was given up, and that no other member can have yet. No value can be read.

    `released_at` is a day. `holder_hash`: the keyed hash of the account's id, so that its member can
    take the name back and how many an account holds is bounded; null if it went with its account.
    `number` counts the names of one holder, since a day does not tell their order.
    """

    __tablename__ = "former_username"

    id: Mapped[UUID] = personal_column(FORMER_USERNAME, primary_key=True)
    skeleton_index: Mapped[bytes] = personal_column(FORMER_USERNAME, index=True)
    holder_hash: Mapped[bytes | None] = personal_column(FORMER_USERNAME, index=True)
    number: Mapped[int] = personal_column(FORMER_USERNAME, SmallInteger)
    released_at: Mapped[datetime] = personal_column(FORMER_USERNAME)
    expires_at: Mapped[datetime] = expiry_column(FORMER_USERNAME)

    __table_args__ = (Index(None, "expires_at"),)
