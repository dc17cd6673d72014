from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, SmallInteger
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, column, window_end
from dressform.policy.notice import SIGN_UP


class SignUp(Base):
    """A registration whose address is not confirmed. Several may wait for one address.

    `created_at` is a day; `number` counts those that wait for the same address. `sealed`, under the
    row's own key: email, username, password_hash, language.
    """

    __tablename__ = "sign_up"

    id: Mapped[UUID] = column(SIGN_UP, primary_key=True)
    email_index: Mapped[bytes] = column(SIGN_UP, index=True)
    username_index: Mapped[bytes] = column(SIGN_UP, unique=True)
    token_hash: Mapped[bytes | None] = column(SIGN_UP, unique=True)
    created_at: Mapped[datetime] = column(SIGN_UP)
    number: Mapped[int] = column(SIGN_UP, SmallInteger)
    key_id: Mapped[str] = column(SIGN_UP)
    wrapped_key: Mapped[bytes] = column(SIGN_UP)
    sealed: Mapped[bytes] = column(SIGN_UP)
    ends_at: Mapped[datetime] = window_end(SIGN_UP)

    __table_args__ = (Index(None, "ends_at"),)
