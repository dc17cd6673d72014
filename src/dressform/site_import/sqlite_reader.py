"""The reader of FreeSewing's versions 3 and 4, which store one file of SQLite."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from dressform.crypto.freesewing_cipher import ColumnCipher, UndecryptableError
from dressform.errors import StartupError
from dressform.site_import.records import (
    AccountState,
    SourceAccount,
    SourceSet,
    UnreadableAccount,
)
from dressform.site_import.values import choose_unit, clean_text, parse_password, parse_time

_USER_COLUMNS = [
    "id",
    "email",
    "bio",
    "ihash",
    "username",
    "password",
    "status",
    "role",
    "consent",
    "createdAt",
    "language",
    "imperial",
    "mfaEnabled",
]
_LAST_SEEN = ("lastSeen", "lastSignIn")
_SET_COLUMNS = ("id", "userId", "name", "measies")
_STATES = {
    1: AccountState.ACTIVE,
    0: AccountState.UNCONFIRMED,
    -1: AccountState.RESTRICTED,
    -2: AccountState.BLOCKED,
}
_OPEN_DATA = 2
_MAX_TRIED = 10


class SqliteSource:
    """The accounts of a database of version 3 or 4, in the order of their ids."""

    description = "FreeSewing version 3 or 4 (SQLite)"

    def __init__(self, path: Path, secret: str | None) -> None:
        """Open the file. Raise StartupError for one that is no such database, and for a wrong key."""
        if secret is None:
            raise StartupError(
                "The addresses in this database are encrypted: give the file that holds "
                "BACKEND_ENC_KEY, or the backend's own encryption.key, by --key-file."
            )
        self._cipher = ColumnCipher(secret)
        self._database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        self._database.row_factory = sqlite3.Row
        self._database.text_factory = lambda text: text.decode(errors="replace")
        try:
            self._last_seen = self._find_last_seen()
            self._check_key()
        except sqlite3.Error as error:
            raise StartupError(
                f"{path} can't be read as a database ({error}): stop the old site and copy its file, "
                "with the files -wal and -shm beside it if there are any."
            ) from None

    def __len__(self) -> int:
        return int(self._database.execute('SELECT count(*) FROM "User"').fetchone()[0])

    def __iter__(self) -> Iterator[SourceAccount | UnreadableAccount]:
        try:
            with closing(self._database.execute('SELECT * FROM "User" ORDER BY id')) as rows:
                for row in rows:
                    yield self._read_or_mark(row)
        except sqlite3.Error as error:
            raise StartupError(
                f"The database is damaged ({error}). What was imported stays: repair the file with "
                "`sqlite3 FILE .recover`, and run it again."
            ) from None

    def _read_or_mark(self, row: sqlite3.Row) -> SourceAccount | UnreadableAccount:
        try:
            return self._read_account(row)
        except UndecryptableError:
            return UnreadableAccount(row["id"])

    def _find_last_seen(self) -> str:
        """Return the column of the last use, which early versions call otherwise."""
        users, sets = self._list_columns("User"), self._list_columns("Set")
        missing = sorted({*_USER_COLUMNS} - users) + sorted({*_SET_COLUMNS} - sets)
        found = [name for name in _LAST_SEEN if name in users]
        if missing or not found:
            names = ", ".join(missing or _LAST_SEEN)
            raise StartupError(
                f"This is not a database of FreeSewing 3 or 4: in its tables User and Set these columns "
                f"are missing: {names}."
            )
        return found[0]

    def _list_columns(self, table: str) -> set[str]:
        query = "SELECT name FROM pragma_table_info(?)"
        return {row[0] for row in self._database.execute(query, (table,))}

    def _check_key(self) -> None:
        """Raise StartupError when no address among the first accounts decrypts."""
        query = f'SELECT email FROM "User" ORDER BY id LIMIT {_MAX_TRIED}'  # noqa: S608  # nosec B608  a number
        rows = self._database.execute(query).fetchall()
        if rows and not any(self._decrypts(row["email"]) for row in rows):
            raise StartupError(
                "The key does not decrypt the addresses: --key-file must hold the BACKEND_ENC_KEY with "
                "which this database was written."
            )

    def _decrypts(self, column: object) -> bool:
        try:
            self._cipher.decrypt(column)
        except UndecryptableError:
            return False
        return True

    def _read_account(self, row: sqlite3.Row) -> SourceAccount:
        sets, unread = self._read_sets(row["id"])
        return SourceAccount(
            record=row["id"],
            source=f"freesewing:{row['id']}:{row['ihash']}",
            email=clean_text(self._cipher.decrypt(row["email"])),
            username=clean_text(row["username"]),
            password_hash=parse_password(row["password"]),
            state=_choose_state(row),
            language=clean_text(row["language"]),
            unit=choose_unit(imperial=bool(row["imperial"])),
            created_at=parse_time(row["createdAt"]),
            last_seen_at=parse_time(row[self._last_seen]),
            bio=clean_text(self._cipher.decrypt(row["bio"])),
            has_second_factor=bool(row["mfaEnabled"]),
            agreed_to_open_data=_to_int(row["consent"]) >= _OPEN_DATA,
            sets=sets,
            unread_sets=unread,
        )

    def _read_sets(self, user_id: int) -> tuple[tuple[SourceSet, ...], int]:
        query = 'SELECT name, measies FROM "Set" WHERE "userId" = ? ORDER BY id'
        found, unread = [], 0
        for row in self._database.execute(query, (user_id,)):
            try:
                name = clean_text(self._cipher.decrypt(row["name"]))
                found.append(SourceSet(name, _to_mapping(self._cipher.decrypt(row["measies"]))))
            except (UndecryptableError, ValueError):
                unread += 1
        return tuple(found), unread


def _choose_state(row: sqlite3.Row) -> AccountState:
    if row["role"] == "blocked":
        return AccountState.BLOCKED
    state = _STATES.get(row["status"], AccountState.UNCONFIRMED)
    if state in {AccountState.ACTIVE, AccountState.RESTRICTED} and _to_int(row["consent"]) < 1:
        return AccountState.WITHOUT_CONSENT
    return state


def _to_int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _to_mapping(found: Any) -> Mapping[str, object]:
    """Return measurements, which some versions wrote as JSON in JSON. Raise ValueError."""
    parsed = json.loads(found) if isinstance(found, str) and found else found or {}
    if not isinstance(parsed, dict):
        raise ValueError("measurements are no object")  # noqa: TRY004  as JSON's own errors are
    return parsed
