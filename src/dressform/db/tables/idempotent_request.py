from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, account_fk, expiry_column, personal_column
from dressform.policy.account_data import REPEATED_REQUEST


class IdempotentRequest(Base):
    """A request with an Idempotency-Key that added models.

    `created_at` is an hour. `key_hash`: of the key, under the account's data key. `sealed`: key_hash once more, so that a row
    which SQL points to another key is not valid; request, the hash of what was sent; models, the ids.
    """

    __tablename__ = "idempotent_request"

    id: Mapped[UUID] = personal_column(REPEATED_REQUEST, primary_key=True)
    account_id: Mapped[UUID] = account_fk(REPEATED_REQUEST)
    key_hash: Mapped[bytes] = personal_column(REPEATED_REQUEST)
    created_at: Mapped[datetime] = personal_column(REPEATED_REQUEST)
    sealed: Mapped[bytes] = personal_column(REPEATED_REQUEST)
    expires_at: Mapped[datetime] = expiry_column(REPEATED_REQUEST)

    __table_args__ = (UniqueConstraint("account_id", "key_hash"), Index(None, "expires_at"))
