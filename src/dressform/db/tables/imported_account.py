from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, expiry_column, personal_column
from dressform.policy.account_data import IMPORTED_ACCOUNT


class ImportedAccount(Base):
    """An account that was moved here from another site, so that it is moved once. No value can be read.

    `source_hash`: the keyed hash of what identifies it there; nothing leads to the account here, so the row
    stays when that is removed. `imported_at` is a day.
    """

    __tablename__ = "imported_account"

    id: Mapped[UUID] = personal_column(IMPORTED_ACCOUNT, primary_key=True)
    source_hash: Mapped[bytes] = personal_column(IMPORTED_ACCOUNT, unique=True)
    imported_at: Mapped[datetime] = personal_column(IMPORTED_ACCOUNT)
    expires_at: Mapped[datetime] = expiry_column(IMPORTED_ACCOUNT)

    __table_args__ = (Index(None, "expires_at"),)
