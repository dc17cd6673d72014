from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, account_fk, expiry_column, personal_column
from dressform.policy.sign_in_data import SESSION


class Session(Base):
    """A member signed in somewhere: nothing is kept of where or with what. Ended means deleted.

    `month_of_login`: the first of the month, from which the window counts, so that no login can be
    found by it among those in the access log. `next_mark`, `used_hash` and `use_marks`: see
    `crypto.refresh_tokens`. `sealed`, under the account's key: the days of the login and of the last
    renewal, whether it was to be remembered, and its name; no request is served for a row whose
    content does not open, or is of another month.
    """

    __tablename__ = "session"

    id: Mapped[UUID] = personal_column(SESSION, primary_key=True)
    account_id: Mapped[UUID] = account_fk(SESSION, index=True)
    month_of_login: Mapped[datetime] = personal_column(SESSION)
    next_mark: Mapped[bytes] = personal_column(SESSION)
    used_hash: Mapped[bytes | None] = personal_column(SESSION)
    use_marks: Mapped[bytes | None] = personal_column(SESSION)
    sealed: Mapped[bytes] = personal_column(SESSION)
    expires_at: Mapped[datetime] = expiry_column(SESSION)

    __table_args__ = (Index(None, "expires_at"),)
