from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, column, of_account, window_end
from dressform.policy.notice import TOKEN


class OneTimeToken(Base):
    """A mailed link. A newer one of the same purpose replaces it.

    `created_at` is the hour, so that a link works for one hour at least and two at most.
    `sealed`, under the account's key: email, the address that the link was sent to.
    """

    __tablename__ = "one_time_token"

    id: Mapped[UUID] = column(TOKEN, primary_key=True)
    account_id: Mapped[UUID] = of_account(TOKEN)
    purpose: Mapped[str] = column(TOKEN)
    hash: Mapped[bytes] = column(TOKEN, unique=True)
    created_at: Mapped[datetime] = column(TOKEN)
    sealed: Mapped[bytes] = column(TOKEN)
    ends_at: Mapped[datetime] = window_end(TOKEN)

    __table_args__ = (UniqueConstraint("account_id", "purpose"), Index(None, "ends_at"))
