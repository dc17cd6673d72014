"""Password hashes of FreeSewing, which accounts keep that were moved here until their next login.

Version 2 has bcrypt's own text. Versions 3 and 4 have scrypt with Node's default cost, 64 bytes long; the first
32 bytes of it are what scrypt gives when 32 are asked for, which is the text that passlib knows.
"""

import base64
import re
from collections.abc import Iterator

from dressform.crypto.password_forms import normalise

MAX_BCRYPT_COST = 11
"""FreeSewing has 10, which takes some 60 ms. With more, a login would take noticeably long."""
_MIN_BCRYPT_COST = 4
_BCRYPT = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}")
_MAX_BCRYPT_BYTES = 72
_MIN_SALT_BYTES = 8
_MAX_SALT_BYTES = 64
_SCRYPT_BYTES = 64
_SCRYPT_PREFIX = "$scrypt$"
_PREFIXES = ("$2a$", "$2b$", "$2y$", _SCRYPT_PREFIX)


def encode_bcrypt(text: str) -> str | None:
    """Return the stored form of a hash by bcrypt, None for one that can't be verified here."""
    found = _BCRYPT.fullmatch(text)
    if found is None or not _MIN_BCRYPT_COST <= int(found[1]) <= MAX_BCRYPT_COST:
        return None
    return text


def encode_scrypt(salt: bytes, digest: bytes) -> str | None:
    """Return the stored form of a hash by scrypt, None for one that can't be verified here."""
    if not _MIN_SALT_BYTES <= len(salt) <= _MAX_SALT_BYTES or len(digest) != _SCRYPT_BYTES:
        return None
    return f"{_SCRYPT_PREFIX}ln=14,r=8,p=1${_encode(salt)}${_encode(digest[:32])}"


def list_secrets(password: str, hashed: str) -> Iterator[str | bytes]:
    """Yield what a password may have been hashed as: here its NFKC form, elsewhere what was typed."""
    if not hashed.startswith(_PREFIXES):
        yield normalise(password)
        return
    for form in dict.fromkeys((password, normalise(password))):
        # bcrypt reads no more than 72 bytes. Its library refuses longer ones; FreeSewing's cut them.
        yield form if hashed.startswith(_SCRYPT_PREFIX) else form.encode()[:_MAX_BCRYPT_BYTES]


def _encode(content: bytes) -> str:
    return base64.b64encode(content).decode().rstrip("=")
