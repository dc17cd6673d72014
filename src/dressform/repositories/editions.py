"""The published editions of the open dataset. They are public and never change."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from dressform.db.statements import Row
from dressform.db.tables import DatasetEdition, DatasetFile
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import AlreadyPublished, NotFound
from dressform.policy.periods import start_of_day
from dressform.repositories.edition_statements import (
    ALL,
    BY_NAME,
    FILE,
    FILES_OF,
    LAST_COUNT_SUFFICED,
    PART,
)

EDITION_NAME = r"^[0-9]{4}(-[0-9]{4})?$"
FILE_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
"""The API refuses requests for other names."""


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition. `name` is its year, or `2027-2028` for all years up to one.

    `count`: the number of people, with noise. `quality`: the expected error by flag, None when it
    was not published.
    """

    name: str
    codebook: str
    count: int
    quality: Sequence[Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class EditionFile:
    """A file to publish. `title` describes its content; for an image it is the text alternative."""

    name: str
    media_type: str
    title: str
    content: bytes


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A published file without its content, which `Editions.read_part` returns."""

    edition: str
    name: str
    media_type: str
    title: str
    sha256: bytes
    size: int
    published_at: datetime


@dataclass(frozen=True, slots=True)
class StoredEdition(Edition):
    """A published edition, with its day."""

    published_at: datetime = field(kw_only=True)


class Editions:
    """The published editions and their files."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def list_all(self) -> list[StoredEdition]:
        """Return all editions, newest first."""
        return [_to_edition(row) for row in await self._uow.connection.execute(ALL)]

    async def get(self, name: str) -> StoredEdition:
        """Return an edition. Raise NotFound."""
        for row in await self._uow.connection.execute(BY_NAME, {"name": name}):
            return _to_edition(row)
        raise NotFound

    async def list_files(self, edition: str) -> list[StoredFile]:
        """Return the files of an edition, by name."""
        found = await self._uow.connection.execute(FILES_OF, {"edition": edition})
        return sorted((StoredFile(*row) for row in found), key=lambda file: file.name)

    async def get_file(self, edition: str, name: str) -> StoredFile:
        """Return a file of an edition. Raise NotFound."""
        params = {"edition": edition, "name": name}
        for row in await self._uow.connection.execute(FILE, params):
            return StoredFile(*row)
        raise NotFound

    async def read_part(self, file: StoredFile, start: int, length: int) -> bytes:
        """Return a range of a file's bytes. Only these are read from the database."""
        found: bytes = await self._uow.connection.scalar(
            PART,
            {"edition": file.edition, "name": file.name, "start": start + 1, "length": length},
        )
        return found

    async def was_last_count_sufficient(self) -> bool:
        """Return whether the last count reached a codebook. False before the first count."""
        return bool(await self._uow.connection.scalar(LAST_COUNT_SUFFICED))

    async def publish(self, edition: Edition, files: Sequence[EditionFile]) -> None:
        """Publish an edition with all its files. Publishing the same again changes nothing.

        Raise AlreadyPublished when another edition has this name.
        """
        _check_names(edition, files)
        added = await self._uow.connection.execute(
            insert(DatasetEdition)
            .values(
                name=edition.name,
                published_at=start_of_day(self._uow.now),
                codebook=edition.codebook,
                count=edition.count,
                quality=edition.quality,
            )
            .on_conflict_do_nothing()
        )
        if added.rowcount:
            for file in (
                files
            ):  # One statement each: together they may exceed the size of a protocol message.
                await self._uow.connection.execute(
                    insert(DatasetFile).values(_to_row(edition, file))
                )
        elif not await self._matches_published(edition, files):
            raise AlreadyPublished(edition.name)

    async def _matches_published(self, edition: Edition, files: Sequence[EditionFile]) -> bool:
        """Return whether exactly this is published under the name."""
        stored = await self.get(edition.name)
        if (stored.codebook, stored.count) != (edition.codebook, edition.count):
            return False
        published = {
            (file.name, file.media_type, file.title, file.sha256)
            for file in await self.list_files(edition.name)
        }
        return published == {
            (file.name, file.media_type, file.title, sha256(file.content).digest())
            for file in files
        }


def _to_edition(row: Row) -> StoredEdition:
    # The driver returns JSON as text.
    return StoredEdition(**{**row, "quality": json.loads(row.quality) if row.quality else None})


def _check_names(edition: Edition, files: Sequence[EditionFile]) -> None:
    named = [(EDITION_NAME, edition.name), *((FILE_NAME, file.name) for file in files)]
    for pattern, name in named:
        if not re.fullmatch(pattern, name):
            msg = f"{name!r} can't be requested by its name: publish it under one like {pattern}"
            raise ValueError(msg)


def _to_row(edition: Edition, file: EditionFile) -> dict[str, Any]:
    return {
        "edition": edition.name,
        "name": file.name,
        "media_type": file.media_type,
        "title": file.title,
        "sha256": sha256(file.content).digest(),
        "size": len(file.content),
        "content": file.content,
    }
