from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, column, machinery, of_account, window_end
from dressform.policy.notice import MAIL


class Mail(Base):
    """A mail to be delivered; gone once it is handed over.

    `created_at` is a day, and `due_at` at first the hour: exact times could be matched with the access
    log. `number`: the order in which they were written. `account_id` is set where the mail ends with the account. `attempts` begun, and `failures`: those
    after which it was certainly not handed over. `sealed`, under the row's own key: to, language and
    what its template says.
    """

    __tablename__ = "mail"

    id: Mapped[UUID] = column(MAIL, primary_key=True)
    number: Mapped[int] = column(MAIL, BigInteger, Identity(always=True))
    account_id: Mapped[UUID | None] = of_account(MAIL, index=True)
    kind: Mapped[str] = column(MAIL)
    created_at: Mapped[datetime] = column(MAIL)
    due_at: Mapped[datetime] = column(MAIL)
    attempts: Mapped[int] = column(MAIL)
    failures: Mapped[int] = column(MAIL)
    key_id: Mapped[str] = column(MAIL)
    wrapped_key: Mapped[bytes] = column(MAIL)
    sealed: Mapped[bytes] = column(MAIL)
    ends_at: Mapped[datetime] = window_end(MAIL)

    __table_args__ = (Index(None, "due_at"), Index(None, "ends_at"))


class MailOutage(Base):
    """A mail server that takes no mail, found by the worker's own checks: no row while it does.

    Its time is that of a check and not of a mail, so it dates nothing that a member did.
    """

    __tablename__ = "mail_outage"

    server: Mapped[str] = machinery(primary_key=True)
    began_at: Mapped[datetime] = machinery()
