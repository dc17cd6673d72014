"""The sealed days of a session, which also prove that the service wrote its row."""

from datetime import date, datetime
from uuid import UUID

from dressform.crypto.sealing import DataKey, DecryptionError
from dressform.repositories.owners import Owner


def encrypt_days(owner: Owner, session_id: UUID, **days: date) -> bytes:
    """Encrypt the days `signed_in_on` and `renewed_on` for a session of this owner."""
    payload = {name: day.isoformat() for name, day in days.items()}
    return owner.key.seal(payload, "session", session_id, 1)


def decrypt_days(key: DataKey, session_id: UUID, sealed: bytes) -> tuple[date, date]:
    """Return the days of the login and of the last renewal. Raise DecryptionError."""
    days = key.open(sealed, "session", session_id, 1)
    return date.fromisoformat(days["signed_in_on"]), date.fromisoformat(days["renewed_on"])


def is_genuine_session(
    key: DataKey, session_id: UUID, month_of_login: datetime, sealed: bytes
) -> bool:
    """Return whether a session's row was written by the service for the account of this key.

    The days are sealed under the account's key and bound to the session's id, which SQL alone can't
    do. `month_of_login`, from which the session's period counts, must be that of the sealed day.
    """
    try:
        signed_in_on, _ = decrypt_days(key, session_id, sealed)
    except DecryptionError:
        return False
    return (signed_in_on.year, signed_in_on.month) == (month_of_login.year, month_of_login.month)
