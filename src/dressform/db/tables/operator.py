from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, account_fk, expiry_column, personal_column
from dressform.policy.account_data import PROFILE
from dressform.policy.operation_data import LOOKUP


class Operator(Base):
    """An account that may search the access log, with the day since which it may."""

    __tablename__ = "operator"

    account_id: Mapped[UUID] = account_fk(PROFILE, primary_key=True)
    created_at: Mapped[datetime] = personal_column(PROFILE)


class AuditLogEntry(Base):
    """A search of the access log, with its exact time, so that it can be audited.

    `sealed`, under the row's own key: the reason, the query, and the number of rows shown.
    `operator_id` is no foreign key: the entry stays when the operator deletes the account.
    """

    __tablename__ = "audit_log_entry"

    id: Mapped[UUID] = personal_column(LOOKUP, primary_key=True)
    at: Mapped[datetime] = personal_column(LOOKUP)
    operator_id: Mapped[UUID] = personal_column(LOOKUP)
    purpose: Mapped[str] = personal_column(LOOKUP)
    key_id: Mapped[str] = personal_column(LOOKUP)
    wrapped_key: Mapped[bytes] = personal_column(LOOKUP)
    sealed: Mapped[bytes] = personal_column(LOOKUP)
    expires_at: Mapped[datetime] = expiry_column(LOOKUP)

    __table_args__ = (Index(None, "expires_at"),)
