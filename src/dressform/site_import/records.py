"""The accounts of another site, as its readers yield them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from dressform.repositories.credentials import LengthUnit


class AccountState(StrEnum):
    ACTIVE = "active"
    RESTRICTED = "restricted"
    UNCONFIRMED = "unconfirmed"
    BLOCKED = "blocked"
    WITHOUT_CONSENT = "without-consent"


@dataclass(frozen=True, slots=True)
class SourceSet:
    """A set of measurements by FreeSewing's names, in millimetres and degrees; not validated."""

    name: str
    measurements: Mapping[str, object]
    breasts: bool | None = None


@dataclass(frozen=True, slots=True)
class SourceAccount:
    """An account of another site; its texts are not validated.

    `record` is its number there, by which a report names it. `source` identifies it among all sites.
    `password_hash` is None where none can be verified here. `last_seen_at` is None when it never
    signed in. `unread_sets` counts the sets that could not be read, or may not be.
    """

    record: int
    source: str
    email: str
    username: str
    password_hash: str | None
    state: AccountState
    language: str
    unit: LengthUnit
    created_at: datetime | None
    last_seen_at: datetime | None
    bio: str = ""
    social_accounts: Mapping[str, str] | None = None
    has_second_factor: bool = False
    agreed_to_open_data: bool = False
    sets: tuple[SourceSet, ...] = ()
    unread_sets: int = 0
    may_have_old_names: bool = False


@dataclass(frozen=True, slots=True)
class UnreadableAccount:
    """An account that can't be read, such as one that is encrypted under another key."""

    record: int


class Source(Protocol):
    """A file of another site that was opened."""

    description: str

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[SourceAccount | UnreadableAccount]: ...
