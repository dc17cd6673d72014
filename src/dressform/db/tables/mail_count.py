from datetime import date

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, internal_column


class MailCount(Base):
    """The number of mails of a kind with an outcome on a day, by the code that the mail server gave.

    It has numbers of all mails alone. The worker deletes a day after a month. `reason` is empty where
    there is none to tell.
    """

    __tablename__ = "mail_count"

    day: Mapped[date] = internal_column(primary_key=True)
    kind: Mapped[str] = internal_column(primary_key=True)
    outcome: Mapped[str] = internal_column(primary_key=True)
    reason: Mapped[str] = internal_column(primary_key=True)
    number: Mapped[int] = internal_column(BigInteger)
