from pathlib import Path

from dressform.errors import StartupError
from dressform.site_import.json_reader import JsonSource
from dressform.site_import.records import Source
from dressform.site_import.sqlite_reader import SqliteSource

_SQLITE_HEADER = b"SQLite format 3\0"


def open_source(path: Path, key_file: Path | None) -> Source:
    """Open the database or dump of a FreeSewing site. Raise StartupError for another file."""
    secret = None if key_file is None else _read_key(key_file)
    try:
        with path.open("rb") as file:
            is_sqlite = file.read(len(_SQLITE_HEADER)) == _SQLITE_HEADER
        return SqliteSource(path, secret) if is_sqlite else JsonSource.open(path, secret)
    except OSError as error:
        raise StartupError(f"{path} can't be read: {error.strerror}.") from None


def _read_key(path: Path) -> str:
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StartupError(f"The file of --key-file can't be read: {error}.") from None
    if not secret:
        raise StartupError(f"The file of --key-file is empty: {path}.")
    return secret
