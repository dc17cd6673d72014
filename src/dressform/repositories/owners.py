"""The accounts whose keys encrypt and decrypt rows."""

from dataclasses import dataclass
from uuid import UUID

from dressform.crypto.sealing import DataKey


@dataclass(frozen=True, slots=True)
class Owner:
    """An account with its unwrapped data key, which encrypts and decrypts its rows."""

    account_id: UUID
    key: DataKey


@dataclass(frozen=True, slots=True)
class Member(Owner):
    """The owner behind an authenticated request."""

    session_id: UUID
    restricted: bool
