"""For whom a repository seals and opens."""

from dataclasses import dataclass
from uuid import UUID

from dressform.crypto.sealing import DataKey


@dataclass(frozen=True, slots=True)
class Owner:
    """An account with its opened data key: who a repository seals and opens for."""

    account_id: UUID
    key: DataKey


@dataclass(frozen=True, slots=True)
class Member(Owner):
    """The owner behind a request."""

    session_id: UUID
    restricted: bool
