from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, machinery


class DeletionMark(Base):
    """How far this database knows a file of the deletion journal: the number of its last entry.

    It is counted in the transaction that deletes, so a database that was put back has a lower one
    than the file. `day`: that of the file.
    """

    __tablename__ = "deletion_mark"

    file_id: Mapped[UUID] = machinery(primary_key=True)
    day: Mapped[datetime] = machinery()
    number: Mapped[int] = machinery()
