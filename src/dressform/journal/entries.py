"""The deletions that the journal records, and the keyed hashes that it stores of them."""

import hmac
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class DeletionKind(StrEnum):
    """What can be deleted or withdrawn, and returns with a restored database."""

    ACCOUNT = "account"
    MODEL = "model"
    PICTURE = "picture"
    AVATAR = "avatar"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class Deletion:
    """One deletion. The id of a consent is that of its act of agreement.

    `version`: of a picture or an avatar, whose id is that of the account or model.
    """

    kind: DeletionKind
    id: UUID
    version: int = 0


class EntryHasher:
    """HMAC-SHA-256 over kind, id and version.

    The hashes reveal nothing without the key, and nothing without the ids.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    @property
    def site(self) -> str:
        """Return a name for the key: it tells files of other sites apart."""
        return self._digest("site").hex()[:16]

    def hash(self, deletion: Deletion) -> str:
        """Return 64 hexadecimal digits, which do not reveal even the kind."""
        return self._digest(f"{deletion.kind}\0{deletion.id}\0{deletion.version}").hex()

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._key, text.encode(), "sha256")
