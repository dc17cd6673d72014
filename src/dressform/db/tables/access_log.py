from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, SmallInteger
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, column, machinery
from dressform.policy.notice import VISITOR


class AccessLog(Base):
    """One row a request, in a partition a day. The only place where an address is kept.

    Its window has no column of its own: rows end a whole partition at a time, and readers compare
    `at` with the window. There is no key either: rows come by COPY and are never changed.
    """

    __tablename__ = "access_log"

    at: Mapped[datetime] = column(VISITOR)
    address: Mapped[str] = column(VISITOR, INET)
    method: Mapped[str] = column(VISITOR)
    route: Mapped[str] = column(VISITOR)
    status: Mapped[int] = column(VISITOR, SmallInteger)
    duration_us: Mapped[int] = column(VISITOR, BigInteger)
    request_id: Mapped[UUID] = column(VISITOR)

    __table_args__ = (
        Index(None, "at", postgresql_using="brin"),
        Index(None, "address"),
        {"postgresql_partition_by": "RANGE (at)"},
    )
    __mapper_args__ = {"primary_key": [at, request_id]}  # noqa: RUF012  SQLAlchemy's own idiom


class SpoolMark(Base):
    """Up to which byte a process's spool file has reached the access log, in one transaction."""

    __tablename__ = "spool_mark"

    spool: Mapped[str] = machinery(primary_key=True)
    shipped: Mapped[int] = machinery(BigInteger)
