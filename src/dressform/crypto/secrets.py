"""Random ids and tokens, and the keyed hashes by which encrypted values are found."""

import hashlib
import hmac
import secrets
import unicodedata
import uuid

import uuid_utils
import uuid_utils.compat

from dressform.usernames.skeleton import compute_skeleton

TOKEN_BYTES = 32
TOKEN_PATTERN = r"^[A-Za-z0-9_-]{43}$"  # noqa: S105  the shape of a token, not a token


def random_id() -> uuid.UUID:
    """Return a UUIDv4, the id of every row about a member: it holds no time."""
    return uuid.uuid4()


def timed_id() -> uuid.UUID:
    """Return a UUIDv7 for the service's own records: it holds the time to the millisecond."""
    return uuid_utils.compat.uuid7()


def timed_id_text() -> str:
    """Return a UUIDv7 as text, in a tenth of the time."""
    return str(uuid_utils.uuid7())


def new_version() -> int:
    """Return 31 random bits: they tell one version of a row from another, and no history."""
    return secrets.randbits(31)


def new_token() -> str:
    """Return 256 random bits as 43 URL-safe characters (`TOKEN_PATTERN`)."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_key() -> bytes:
    """Return 32 random bytes."""
    return secrets.token_bytes(32)


def token_hash(token: str) -> bytes:
    """Return the SHA-256 of a token. A plain hash suffices, since tokens have 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


class KeyedIndex:
    """HMAC-SHA-256 over e-mail addresses and usernames: they can be found, but not read.

    While the key is rotated there are several: rows are written with the hash of the first, and
    looked up by the hashes of all.
    """

    def __init__(self, key: bytes, *others: bytes) -> None:
        self._key = key
        self._keys = (key, *others)

    @property
    def is_rotating(self) -> bool:
        """Return whether rows may have the hash of another key than the first."""
        return len(self._keys) > 1

    def hash_email(self, address: str) -> bytes:
        """Return the hash with which a row is written."""
        return _hash(self._key, "email", address)

    def hash_username(self, username: str) -> bytes:
        """Return the hash with which a row is written."""
        return _hash(self._key, "username", username)

    def hash_skeleton(self, username: str) -> bytes:
        """Return the hash that names which look alike share, with which a row is written."""
        return self.list_skeleton_hashes(username)[0]

    def list_skeleton_hashes(self, username: str) -> list[bytes]:
        """Return the hashes that the rows of look-alikes may have, that of `hash_skeleton` first."""
        skeleton = compute_skeleton(username)
        return [_hash(key, "username-skeleton", skeleton) for key in self._keys]

    def list_holder_hashes(self, account_id: uuid.UUID) -> list[bytes]:
        """Return the hashes of an account's id that its former names may have, the present first."""
        return [_hash(key, "username-holder", str(account_id)) for key in self._keys]

    def list_email_hashes(self, address: str) -> list[bytes]:
        """Return the hashes that a row of this address may have, that of `hash_email` first."""
        return [_hash(key, "email", address) for key in self._keys]

    def list_username_hashes(self, username: str) -> list[bytes]:
        """Return the hashes that a row of this name may have, that of `hash_username` first."""
        return [_hash(key, "username", username) for key in self._keys]

    def list_source_hashes(self, source: str) -> list[bytes]:
        """Return the hashes of an account of another site that a row may have, the present first."""
        return [_hash(key, "imported-account", source) for key in self._keys]

    def derive_key(self, purpose: str) -> bytes:
        """Derive a key for another purpose, as earlier versions did where they now store one."""
        return hmac.digest(self._key, f"key\0{purpose}".encode(), "sha256")


def _hash(key: bytes, kind: str, value: str) -> bytes:
    folded = unicodedata.normalize("NFKC", value).casefold()
    return hmac.digest(key, f"{kind}\0{folded}".encode(), "sha256")
