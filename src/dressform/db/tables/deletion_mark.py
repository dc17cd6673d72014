from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, internal_column


class DeletionMark(Base):
    """How far this database knows a file of the deletion journal: the number of its last entry.

    It is counted in the transaction that deletes, so a database that was put back has a lower one
    than the file. `day`: that of the file.
    """

    __tablename__ = "deletion_mark"

    file_id: Mapped[UUID] = internal_column(primary_key=True)
    day: Mapped[datetime] = internal_column()
    number: Mapped[int] = internal_column()
