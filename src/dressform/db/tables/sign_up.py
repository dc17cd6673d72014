from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, SmallInteger
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, account_fk, expiry_column, personal_column
from dressform.policy.sign_in_data import CONFIRMED_LINK, SIGN_UP


class SignUp(Base):
    """A registration whose address is not confirmed. Several may wait for one address.

    `created_at` is a day; `number` counts those that wait for the same address. A waiting name is
    free: `username_index` finds the registrations to tell when a member gets the name, and is null
    once they were told. `sealed`, under the row's own key: email, username, password_hash, language,
    and token_hash once more.
    """

    __tablename__ = "sign_up"

    id: Mapped[UUID] = personal_column(SIGN_UP, primary_key=True)
    email_index: Mapped[bytes] = personal_column(SIGN_UP, index=True)
    username_index: Mapped[bytes | None] = personal_column(SIGN_UP, index=True)
    token_hash: Mapped[bytes | None] = personal_column(SIGN_UP, unique=True)
    created_at: Mapped[datetime] = personal_column(SIGN_UP)
    number: Mapped[int] = personal_column(SIGN_UP, SmallInteger)
    key_id: Mapped[str] = personal_column(SIGN_UP)
    wrapped_key: Mapped[bytes] = personal_column(SIGN_UP)
    sealed: Mapped[bytes] = personal_column(SIGN_UP)
    expires_at: Mapped[datetime] = expiry_column(SIGN_UP)

    __table_args__ = (Index(None, "expires_at"),)


class ConfirmedLink(Base):
    """The link by which an account was opened, so that it can say so when it is followed again.

    `created_at` is the day of the registration: the row ends with the link's own seven days.
    """

    __tablename__ = "confirmed_link"

    id: Mapped[UUID] = personal_column(CONFIRMED_LINK, primary_key=True)
    account_id: Mapped[UUID] = account_fk(CONFIRMED_LINK, index=True)
    token_hash: Mapped[bytes] = personal_column(CONFIRMED_LINK, unique=True)
    created_at: Mapped[datetime] = personal_column(CONFIRMED_LINK)
    expires_at: Mapped[datetime] = expiry_column(CONFIRMED_LINK)

    __table_args__ = (Index(None, "expires_at"),)
