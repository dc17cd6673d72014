from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, SmallInteger
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, expiry_column, personal_column
from dressform.policy.sign_in_data import SIGN_UP


class SignUp(Base):
    """A registration whose address is not confirmed. Several may wait for one address.

    `created_at` is a day; `number` counts those that wait for the same address. `sealed`, under the
    row's own key: email, username, password_hash, language, and token_hash once more.
    """

    __tablename__ = "sign_up"

    id: Mapped[UUID] = personal_column(SIGN_UP, primary_key=True)
    email_index: Mapped[bytes] = personal_column(SIGN_UP, index=True)
    username_index: Mapped[bytes] = personal_column(SIGN_UP, unique=True)
    token_hash: Mapped[bytes | None] = personal_column(SIGN_UP, unique=True)
    created_at: Mapped[datetime] = personal_column(SIGN_UP)
    number: Mapped[int] = personal_column(SIGN_UP, SmallInteger)
    key_id: Mapped[str] = personal_column(SIGN_UP)
    wrapped_key: Mapped[bytes] = personal_column(SIGN_UP)
    sealed: Mapped[bytes] = personal_column(SIGN_UP)
    expires_at: Mapped[datetime] = expiry_column(SIGN_UP)

    __table_args__ = (Index(None, "expires_at"),)
