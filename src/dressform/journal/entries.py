"""What the journal is told, and the keyed hash that it writes down instead."""

import hmac
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class DeletionKind(StrEnum):
    """What can be deleted or withdrawn, and comes back with an older database."""

    ACCOUNT = "account"
    MODEL = "model"
    PICTURE = "picture"
    AVATAR = "avatar"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class Deletion:
    """One thing that is gone. The id of a consent is that of the act of agreeing.

    `version`: of a picture or an avatar, which has the id of what it belongs to.
    """

    kind: DeletionKind
    id: UUID
    version: int = 0


class EntryHasher:
    """HMAC-SHA-256 over kind, id and version.

    Whoever has the files without the key learns nothing, and without the ids nothing either.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    @property
    def site(self) -> str:
        """Return a name for the key: files of another site's are not ours to read."""
        return self._digest("site").hex()[:16]

    def hash(self, deletion: Deletion) -> str:
        """Return 64 hexadecimal digits, in which not even the kind can be seen."""
        return self._digest(f"{deletion.kind}\0{deletion.id}\0{deletion.version}").hex()

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._key, text.encode(), "sha256")
