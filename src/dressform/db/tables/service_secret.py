from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, internal_column


class ServiceSecret(Base):
    """A key of the service under the master key. `active_from`: see `repositories.key_states`."""

    __tablename__ = "service_secret"

    id: Mapped[UUID] = internal_column(primary_key=True)
    purpose: Mapped[str] = internal_column()
    created_at: Mapped[datetime] = internal_column()
    active_from: Mapped[datetime] = internal_column()
    key_id: Mapped[str] = internal_column()
    wrapped_key: Mapped[bytes] = internal_column()
