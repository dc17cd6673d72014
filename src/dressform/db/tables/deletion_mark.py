from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, internal_column


class DeletionMark(Base):
    """The number of the last entry of a journal file that this database knows.

    It is incremented in the transaction that deletes, so a restored database has a lower number
    than the file. `day` is the day of the file.
    """

    __tablename__ = "deletion_mark"

    file_id: Mapped[UUID] = internal_column(primary_key=True)
    day: Mapped[datetime] = internal_column()
    number: Mapped[int] = internal_column()
