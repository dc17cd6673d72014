from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import (
    Base,
    account_fk,
    expiry_column,
    internal_column,
    personal_column,
)
from dressform.policy.sign_in_data import MAIL


class Mail(Base):
    """A mail to be delivered; gone once it is handed over.

    `created_at` is a day, and `next_attempt_at` at first the hour: exact times could be matched with
    the access log. `number`: the order in which they were written. `account_id` is set where the mail
    ends with the account. `email_index` is the keyed hash of the recipient where one is known, and
    `turn` is how many mails of its kind waited for that address before it. `attempts` begun, and
    `failures`: those after which it was certainly not handed over. `sealed`, under the row's own key:
    to, language and what its template says.
    """

    __tablename__ = "mail"

    id: Mapped[UUID] = personal_column(MAIL, primary_key=True)
    number: Mapped[int] = personal_column(MAIL, BigInteger, Identity(always=True))
    account_id: Mapped[UUID | None] = account_fk(MAIL, index=True)
    kind: Mapped[str] = personal_column(MAIL)
    email_index: Mapped[bytes | None] = personal_column(MAIL, index=True)
    turn: Mapped[int] = personal_column(MAIL, server_default="0")
    created_at: Mapped[datetime] = personal_column(MAIL)
    next_attempt_at: Mapped[datetime] = personal_column(MAIL)
    attempts: Mapped[int] = personal_column(MAIL)
    failures: Mapped[int] = personal_column(MAIL)
    key_id: Mapped[str] = personal_column(MAIL)
    wrapped_key: Mapped[bytes] = personal_column(MAIL)
    sealed: Mapped[bytes] = personal_column(MAIL)
    expires_at: Mapped[datetime] = expiry_column(MAIL)

    __table_args__ = (
        Index("ix_mail_kind_turn_number", "kind", "turn", "number"),
        Index("ix_mail_kind_number", "kind", "number"),
        Index(None, "expires_at"),
    )


class MailOutage(Base):
    """A mail server that accepts no mail, found by the worker's checks. No row while it does.

    Its time is that of a check, not of a mail, so it reveals no member's activity.
    """

    __tablename__ = "mail_outage"

    server: Mapped[str] = internal_column(primary_key=True)
    began_at: Mapped[datetime] = internal_column()
