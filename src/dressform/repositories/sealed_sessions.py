"""The sealed content of a session, which also proves that the service wrote its row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from uuid import UUID

from dressform.crypto.sealing import DataKey, DecryptionError
from dressform.policy.sign_in_data import MAX_INACTIVITY, MAX_INACTIVITY_OF_VISIT
from dressform.repositories.owners import Owner


@dataclass(frozen=True, slots=True)
class SessionContent:
    """The sealed content of a session: the days of the login and of the last renewal, whether it was
    to be remembered beyond the visit, and the name that its member gave it.
    """

    signed_in_on: date
    renewed_on: date
    remembered: bool = True
    name: str | None = None

    @classmethod
    def decrypt(cls, key: DataKey, session_id: UUID, sealed: bytes) -> Self:
        """Return the content of a session. Raise DecryptionError."""
        return cls._from_payload(key.open(sealed, "session", session_id, 1))

    @classmethod
    def _from_payload(cls, payload: Mapping[str, Any]) -> Self:
        return cls(
            date.fromisoformat(payload["signed_in_on"]),
            date.fromisoformat(payload["renewed_on"]),
            # Sessions of earlier versions have neither.
            remembered=payload.get("remembered", True),
            name=payload.get("name"),
        )

    @property
    def inactive_at(self) -> datetime:
        """Return the midnight (UTC) at which the session ends if it is not renewed before."""
        limit = MAX_INACTIVITY if self.remembered else MAX_INACTIVITY_OF_VISIT
        last_day = self.renewed_on + limit.length
        return datetime.combine(last_day + timedelta(days=1), time.min, tzinfo=UTC)

    def encrypt(self, owner: Owner, session_id: UUID) -> bytes:
        """Encrypt the content for a session of this owner."""
        payload = {
            "signed_in_on": self.signed_in_on.isoformat(),
            "renewed_on": self.renewed_on.isoformat(),
            "remembered": self.remembered,
            "name": self.name,
        }
        return owner.key.seal(payload, "session", session_id, 1)


def is_genuine_session(
    key: DataKey, session_id: UUID, month_of_login: datetime, sealed: bytes
) -> bool:
    """Return whether a session's row was written by the service for the account of this key."""
    return decrypt_genuine(key, session_id, month_of_login, sealed) is not None


def decrypt_genuine(
    key: DataKey, session_id: UUID, month_of_login: datetime, sealed: bytes
) -> SessionContent | None:
    """Return the content of a session's row, or None for a row that the service did not write.

    The days are sealed under the account's key and bound to the session's id, which SQL alone can't
    do. `month_of_login`, from which the session's period counts, must be that of the sealed day.
    """
    try:
        content = SessionContent.decrypt(key, session_id, sealed)
    except DecryptionError:
        return None
    day = content.signed_in_on
    return content if (day.year, day.month) == (month_of_login.year, month_of_login.month) else None
