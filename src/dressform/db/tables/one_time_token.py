from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, account_fk, expiry_column, personal_column
from dressform.policy.sign_in_data import ONE_TIME_TOKEN


class OneTimeToken(Base):
    """A token sent by mail. A newer token of the same purpose and request replaces it.

    `created_at` is the hour, so that a link works for at least one hour and at most two.
    `request_hash`: of the token that the client has which asked to be signed in, empty for other
    purposes; `tries`: how often the code of that mail was tried. `sealed`, under the account's
    key: email, the address that the link was sent to; code; purpose, hash, request_hash and created_at once more, so
    that a row which SQL points to another token is not valid.
    """

    __tablename__ = "one_time_token"

    id: Mapped[UUID] = personal_column(ONE_TIME_TOKEN, primary_key=True)
    account_id: Mapped[UUID] = account_fk(ONE_TIME_TOKEN)
    purpose: Mapped[str] = personal_column(ONE_TIME_TOKEN)
    hash: Mapped[bytes] = personal_column(ONE_TIME_TOKEN, unique=True)
    request_hash: Mapped[bytes] = personal_column(ONE_TIME_TOKEN, server_default=text("''::bytea"))
    tries: Mapped[int] = personal_column(ONE_TIME_TOKEN, SmallInteger, server_default="0")
    created_at: Mapped[datetime] = personal_column(ONE_TIME_TOKEN)
    sealed: Mapped[bytes] = personal_column(ONE_TIME_TOKEN)
    expires_at: Mapped[datetime] = expiry_column(ONE_TIME_TOKEN)

    __table_args__ = (
        UniqueConstraint("account_id", "purpose", "request_hash"),
        Index(None, "request_hash"),
        Index(None, "expires_at"),
    )
