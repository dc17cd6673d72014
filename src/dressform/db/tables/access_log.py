from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, SmallInteger
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, internal_column, personal_column
from dressform.policy.operation_data import VISITOR


class AccessLog(Base):
    """A request. One partition a day. The only table that holds IP addresses.

    Its rows have no `expires_at` column: whole partitions are dropped, and queries compare `at`
    with the retention period. It has no primary key: rows come by COPY and are never changed.
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
    """The byte up to which a spool file is in the access log. Updated in the same transaction."""

    __tablename__ = "spool_offset"

    spool: Mapped[str] = internal_column(primary_key=True)
    shipped: Mapped[int] = internal_column(BigInteger)
