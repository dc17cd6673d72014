"""Decryption of the columns of FreeSewing's databases. They are AES-256 in CBC mode, not authenticated."""

import hashlib
import hmac
import json
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

_IV_BYTES = 16
_VERSION_BYTES = 1
_KEY_BYTES = 32


class UndecryptableError(ValueError):
    """A value that does not decrypt under the key."""


class ColumnCipher:
    """Decrypts the columns of versions 3 and 4: JSON with `iv` and `ct`."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.scrypt(
            secret.encode(), salt=b"FreeSewing", n=2**14, r=8, p=1, dklen=_KEY_BYTES
        )

    def decrypt(self, column: object) -> Any:
        """Return the value of a column, "" for an empty one. Raise UndecryptableError."""
        if column is None or column == "":
            return ""
        try:
            found = json.loads(str(column))
            iv, content = bytes.fromhex(found["iv"]), bytes.fromhex(found["ct"])
        except (ValueError, KeyError, TypeError):
            raise UndecryptableError("not an encrypted column") from None
        return _decrypt(self._key, iv, content)


class DocumentCipher:
    """Decrypts the fields of documents of version 2, which mongoose-encryption keeps in `_ct`."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"enc", "sha512")[:_KEY_BYTES]

    def decrypt(self, content: bytes) -> Any:
        """Return the encrypted fields. Raise UndecryptableError."""
        end = _VERSION_BYTES + _IV_BYTES
        return _decrypt(self._key, content[_VERSION_BYTES:end], content[end:])


def _decrypt(key: bytes, iv: bytes, content: bytes) -> Any:
    try:
        decryptor = Cipher(algorithms.AES256(key), modes.CBC(iv)).decryptor()
        padded = decryptor.update(content) + decryptor.finalize()
        unpadder = PKCS7(algorithms.AES256.block_size).unpadder()
        return json.loads(unpadder.update(padded) + unpadder.finalize())
    except ValueError:  # Of the padding, of UTF-8 and of JSON, and of an IV of another length.
        raise UndecryptableError("it does not decrypt under this key") from None
