from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, machinery


class ServiceSecret(Base):
    """The service's own secrets under the master key: the keyed index's and the signing keys."""

    __tablename__ = "service_secret"

    id: Mapped[UUID] = machinery(primary_key=True)
    purpose: Mapped[str] = machinery()
    created_at: Mapped[datetime] = machinery()
    key_id: Mapped[str] = machinery()
    wrapped_key: Mapped[bytes] = machinery()
