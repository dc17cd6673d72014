from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, SmallInteger
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, internal_column, personal_column
from dressform.policy.operation_data import VISITOR


class AccessLog(Base):
    """One row a request, in a partition a day. The only place where an address is kept.

    Its window has no column of its own: rows end a whole partition at a time, and readers compare
    `at` with the window. There is no key either: rows come by COPY and are never changed.
    """

    __tablename__ = "access_log"

    at: Mapped[datetime] = personal_column(VISITOR)
    address: Mapped[str] = personal_column(VISITOR, INET)
    method: Mapped[str] = personal_column(VISITOR)
    route: Mapped[str] = personal_column(VISITOR)
    status: Mapped[int] = personal_column(VISITOR, SmallInteger)
    duration_us: Mapped[int] = personal_column(VISITOR, BigInteger)
    request_id: Mapped[UUID] = personal_column(VISITOR)

    __table_args__ = (
        Index(None, "at", postgresql_using="brin"),
        Index(None, "address"),
        {"postgresql_partition_by": "RANGE (at)"},
    )
    __mapper_args__ = {"primary_key": [at, request_id]}  # noqa: RUF012  SQLAlchemy's own idiom


class SpoolOffset(Base):
    """Up to which byte a process's spool file has reached the access log, in one transaction."""

    __tablename__ = "spool_offset"

    spool: Mapped[str] = internal_column(primary_key=True)
    shipped: Mapped[int] = internal_column(BigInteger)
