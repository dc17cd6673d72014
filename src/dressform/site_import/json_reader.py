"""The reader of FreeSewing's version 2: a dump of its MongoDB collections as one JSON document."""

import base64
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dressform.crypto.foreign_hashes import encode_bcrypt
from dressform.crypto.freesewing_cipher import DocumentCipher, UndecryptableError
from dressform.errors import StartupError
from dressform.site_import.records import (
    AccountState,
    SourceAccount,
    SourceSet,
    UnreadableAccount,
)
from dressform.site_import.values import choose_unit, clean_text, parse_time

_SET_COLLECTIONS = ("people", "models")
_NETWORKS = ("github", "instagram", "twitter")
_STATES = {
    "active": AccountState.ACTIVE,
    "frozen": AccountState.RESTRICTED,
    "blocked": AccountState.BLOCKED,
}
_Document = Mapping[str, Any]


class JsonSource:
    """The accounts of a dump of version 2, in its order. Records are counted from 1."""

    description = "FreeSewing version 2 (JSON)"

    def __init__(self, found: _Document, secret: str | None) -> None:
        self._users = _list_documents(found.get("users"))
        self._cipher = DocumentCipher(secret) if secret is not None else None
        self._sets: dict[str, list[_Document]] = defaultdict(list)
        for name in _SET_COLLECTIONS:
            for each in _list_documents(found.get(name)):
                self._sets[clean_text(each.get("user")).lower()].append(each)

    @classmethod
    def open(cls, path: Path, secret: str | None) -> "JsonSource":
        """Read a file. Raise StartupError for one that is no such dump, and for a missing key."""
        source = cls(_load(path), secret)
        source._check()
        return source

    def __len__(self) -> int:
        return len(self._users)

    def __iter__(self) -> Iterator[SourceAccount | UnreadableAccount]:
        for record, user in enumerate(self._users, 1):
            try:
                yield self._read_account(record, self._decrypt(user))
            except UndecryptableError:
                yield UnreadableAccount(record)

    def _check(self) -> None:
        if not self._users:
            raise StartupError(
                "This is not a dump of FreeSewing 2: it has no “users”. docs/importing-a-site.md says how "
                "to make one."
            )
        if not any("time" in user for user in self._users):
            raise StartupError(
                "The users in this file have no “time”, so that nothing says when their 12 months "
                "began: give the dump of the database, and not one that was filtered for version 3."
            )
        if self._cipher is None and any("_ct" in user for user in self._users):
            raise StartupError(
                "The addresses in this dump are encrypted: give the file that holds the secret of the "
                "backend's configuration by --key-file."
            )
        encrypted = [user for user in self._users if "_ct" in user][:10]
        if encrypted and not any(map(self._decrypts, encrypted)):
            raise StartupError(
                "The key does not decrypt the addresses: --key-file must hold the secret with which this "
                "database was written."
            )

    def _decrypts(self, user: _Document) -> bool:
        try:
            self._decrypt(user)
        except UndecryptableError:
            return False
        return True

    def _decrypt(self, user: _Document) -> _Document:
        if "_ct" not in user or self._cipher is None:
            return user
        fields = self._cipher.decrypt(_read_binary(user["_ct"]))
        if not isinstance(fields, dict):
            raise UndecryptableError("not a document")
        return {**user, **fields}

    def _read_account(self, record: int, user: _Document) -> SourceAccount:
        times, consent = _get_object(user, "time"), _get_object(user, "consent")
        settings = _get_object(user, "settings")
        handle = clean_text(user.get("handle"))
        sets = self._sets[handle.lower()] if handle else []
        may_read = bool(consent.get("measurements") or consent.get("model"))
        initial = clean_text(user.get("initial")) or clean_text(user.get("email"))
        return SourceAccount(
            record=record,
            source=f"freesewing-2:{handle}:{initial.lower()}",
            email=clean_text(user.get("email")),
            username=clean_text(user.get("username")),
            password_hash=encode_bcrypt(clean_text(user.get("password"))),
            state=_choose_state(user, consent),
            language=clean_text(settings.get("language")),
            unit=choose_unit(imperial=settings.get("units") == "imperial"),
            created_at=parse_time(user.get("createdAt")) or parse_time(times.get("created")),
            last_seen_at=parse_time(times.get("login")),
            bio=clean_text(user.get("bio")),
            social_accounts=_read_networks(_get_object(user, "social")),
            sets=tuple(map(_read_set, sets)) if may_read else (),
            unread_sets=0 if may_read else len(sets),
            may_have_old_names=True,
        )


def _load(path: Path) -> _Document:
    try:
        found: Any = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise StartupError(f"{path} is neither a database of SQLite nor JSON: {error}.") from None
    return found if isinstance(found, dict) else {}


def _list_documents(found: object) -> Sequence[_Document]:
    """Return the documents of a collection: a list, or an object by handle."""
    if isinstance(found, dict):
        found = list(found.values())
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _get_object(document: _Document, name: str) -> _Document:
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def _read_binary(value: object) -> bytes:
    """Return the bytes of MongoDB's extended JSON, of both its versions. Raise UndecryptableError."""
    found = value.get("$binary") if isinstance(value, dict) else value
    text = found.get("base64") if isinstance(found, dict) else found
    try:
        return base64.b64decode(text if isinstance(text, str) else "", validate=True)
    except ValueError:
        raise UndecryptableError("not binary data") from None


def _choose_state(user: _Document, consent: _Document) -> AccountState:
    state = _STATES.get(clean_text(user.get("status")), AccountState.UNCONFIRMED)
    if state in {AccountState.ACTIVE, AccountState.RESTRICTED} and not consent.get("profile"):
        return AccountState.WITHOUT_CONSENT
    return state


def _read_networks(social: _Document) -> dict[str, str]:
    found = {name: clean_text(social.get(name)) for name in _NETWORKS}
    return {name: account for name, account in found.items() if account}


def _read_set(person: _Document) -> SourceSet:
    breasts = person.get("breasts")
    return SourceSet(
        clean_text(person.get("name")),
        _get_object(person, "measurements"),
        breasts if isinstance(breasts, bool) else None,
    )
