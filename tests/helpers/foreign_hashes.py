"""Password hashes as FreeSewing writes them."""

import hashlib
import secrets

import bcrypt


def hash_by_bcrypt(password: str, cost: int = 4) -> str:
    """Return the text of bcryptjs, which cuts the password and writes the mark 2a."""
    return bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(cost, prefix=b"2a")).decode()


def hash_by_scrypt(password: str) -> tuple[bytes, bytes]:
    """Return the salt and the 64 bytes of Node's scrypt."""
    salt = secrets.token_bytes(16)
    return salt, hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1, dklen=64)
