"""Databases as FreeSewing writes them: SQLite of versions 3 and 4, and dumps of version 2."""

import base64
import hashlib
import hmac
import json
import secrets
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from tests.helpers.foreign_hashes import hash_by_bcrypt, hash_by_scrypt

SECRET = "a key of the operator, with é"
PASSWORD = "seven tailors measured twice"
MEASUREMENTS = {"chest": 1105.5, "waist": 880, "shoulderSlope": 13}
OLD_MEASUREMENTS = {"chestCircumference": 1105.5, "naturalWaist": 880, "hpsToHipsBack": 600}

# As Prisma's migrations write the tables of their schema.
_SCHEMA = """
CREATE TABLE "User" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "bio" TEXT NOT NULL DEFAULT '',
    "compare" BOOLEAN NOT NULL DEFAULT true,
    "consent" INTEGER NOT NULL DEFAULT 0,
    "control" INTEGER NOT NULL DEFAULT 1,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "data" TEXT NOT NULL DEFAULT '{}',
    "ehash" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "ihash" TEXT NOT NULL,
    "img" TEXT,
    "initial" TEXT NOT NULL,
    "imperial" BOOLEAN NOT NULL DEFAULT false,
    "jwtCalls" INTEGER NOT NULL DEFAULT 0,
    "keyCalls" INTEGER NOT NULL DEFAULT 0,
    "language" TEXT NOT NULL DEFAULT 'en',
    "lastSeen" DATETIME,
    "lusername" TEXT NOT NULL,
    "mfaSecret" TEXT NOT NULL DEFAULT '',
    "mfaEnabled" BOOLEAN NOT NULL DEFAULT false,
    "newsletter" BOOLEAN NOT NULL DEFAULT false,
    "password" TEXT NOT NULL,
    "patron" INTEGER NOT NULL DEFAULT 0,
    "role" TEXT NOT NULL DEFAULT 'user',
    "status" INTEGER NOT NULL DEFAULT 0,
    "updatedAt" DATETIME,
    "username" TEXT NOT NULL
);
CREATE UNIQUE INDEX "User_ehash_key" ON "User"("ehash");
CREATE UNIQUE INDEX "User_lusername_key" ON "User"("lusername");
CREATE TABLE "Set" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "img" TEXT,
    "imperial" BOOLEAN NOT NULL DEFAULT false,
    "name" TEXT NOT NULL DEFAULT '',
    "notes" TEXT NOT NULL DEFAULT '',
    "userId" INTEGER NOT NULL,
    "measies" TEXT NOT NULL DEFAULT '{}',
    "public" BOOLEAN NOT NULL DEFAULT false,
    "updatedAt" DATETIME NOT NULL,
    CONSTRAINT "Set_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id")
);
CREATE TABLE "CuratedSet" ("id" INTEGER PRIMARY KEY, "nameEn" TEXT, "measies" TEXT);
CREATE TABLE "Pattern" ("id" INTEGER PRIMARY KEY, "userId" INTEGER, "data" TEXT);
CREATE TABLE "Confirmation" ("id" TEXT PRIMARY KEY, "userId" INTEGER, "data" TEXT, "type" TEXT);
"""


def _encrypt(key: bytes, value: Any) -> tuple[bytes, bytes]:
    iv, padder = secrets.token_bytes(16), PKCS7(128).padder()
    padded = padder.update(json.dumps(value).encode()) + padder.finalize()
    encryptor = Cipher(algorithms.AES256(key), modes.CBC(iv)).encryptor()
    return iv, encryptor.update(padded) + encryptor.finalize()


def encode_password(password: str, kind: str = "v3") -> str:
    """Return the field of versions 3 and 4: of type v2 for an account that came from version 2."""
    if kind == "v2":
        return json.dumps({"type": "v2", "data": hash_by_bcrypt(password)})
    salt, digest = hash_by_scrypt(password)
    return json.dumps({"type": "v3", "hash": digest.hex(), "salt": salt.hex()})


class SqliteSite:
    """A database of version 3 or 4. Times are milliseconds, as Prisma writes them."""

    def __init__(self, path: Path, secret: str = SECRET) -> None:
        self.path = path
        self._key = hashlib.scrypt(secret.encode(), salt=b"FreeSewing", n=2**14, r=8, p=1, dklen=32)
        self._database = sqlite3.connect(path)
        self._database.executescript(_SCHEMA)

    def encrypt(self, value: Any) -> str:
        iv, content = _encrypt(self._key, value)
        return json.dumps({"iv": iv.hex(), "ct": content.hex()})

    def add_user(
        self, name: str, *, seen: datetime | str | None, password: str = "", **columns: Any
    ) -> int:
        """Add an account with a confirmed address, by default as `name`@example.org."""
        email = columns.pop("email", f"{name}@example.org")
        hashed = hashlib.sha256(email.lower().encode()).hexdigest()
        values: dict[str, Any] = {
            "bio": self.encrypt(columns.pop("bio", "--")),
            "consent": 1,
            "createdAt": to_milliseconds(datetime(2024, 5, 17, 9, 30, tzinfo=UTC)),
            "ehash": hashed,
            "email": self.encrypt(email),
            "ihash": hashed,
            "initial": self.encrypt(email),
            "img": self.encrypt("default-avatar"),
            "lastSeen": seen if seen is None or isinstance(seen, str) else to_milliseconds(seen),
            "lusername": name.lower(),
            "password": password or encode_password(PASSWORD),
            "status": 1,
            "username": name,
        } | columns
        names = ", ".join(f'"{each}"' for each in values)
        marks = ", ".join("?" * len(values))
        added = self._database.execute(
            f'INSERT INTO "User" ({names}) VALUES ({marks})',
            list(values.values()),
        )
        assert added.lastrowid is not None
        return added.lastrowid

    def add_set(self, user_id: int, name: str, measurements: Any, *, raw: str = "") -> None:
        self._database.execute(
            'INSERT INTO "Set" (name, notes, "userId", measies, "updatedAt") VALUES (?, ?, ?, ?, 0)',
            (
                self.encrypt(name),
                self.encrypt("--"),
                user_id,
                raw or self.encrypt(measurements),
            ),
        )

    def rename_column(self, before: str, after: str) -> None:
        self._database.execute(f'ALTER TABLE "User" RENAME COLUMN "{before}" TO "{after}"')

    def save(self) -> Path:
        self._database.commit()
        self._database.close()
        return self.path


def make_user(name: str, *, login: datetime | None, **fields: Any) -> dict[str, Any]:
    """Return a document of the collection `users` of version 2, in clear."""
    email = fields.pop("email", f"{name}@example.org")
    return {
        "_id": {"$oid": secrets.token_hex(12)},
        "consent": {"profile": True, "measurements": True, "openData": True},
        "createdAt": {"$date": "2021-03-09T11:12:13.456Z"},
        "ehash": hashlib.sha256(email.lower().encode()).hexdigest(),
        "email": email,
        "handle": hashlib.sha256(name.encode()).hexdigest()[:5] + name.lower()[:3],
        "initial": email,
        "password": hash_by_bcrypt(PASSWORD),
        "settings": {"language": "en", "units": "metric"},
        "social": {"github": "", "instagram": "", "twitter": ""},
        "status": "active",
        "time": {} if login is None else {"login": {"$date": login.isoformat()}},
        "username": name,
    } | fields


def encrypt_user(user: dict[str, Any], secret: str = SECRET) -> dict[str, Any]:
    """Return the document as mongoose-encryption stores it."""
    key = hmac.digest(secret.encode(), b"enc", "sha512")[:32]
    hidden = {name: user[name] for name in ("email", "initial", "social")}
    iv, content = _encrypt(key, hidden)
    encoded = base64.b64encode(b"a" + iv + content).decode()
    clear = {name: value for name, value in user.items() if name not in hidden}
    return clear | {"_ct": {"$binary": {"base64": encoded, "subType": "00"}}}


def make_person(
    user: dict[str, Any], name: str, measurements: Any, **fields: Any
) -> dict[str, Any]:
    """Return a document of the collection `people` of version 2."""
    return {
        "handle": secrets.token_hex(3),
        "user": user["handle"],
        "name": name,
        "breasts": False,
        "units": "imperial",
        "measurements": measurements,
    } | fields


def to_milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
