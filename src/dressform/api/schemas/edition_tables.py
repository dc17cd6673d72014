"""The tables of an edition as its data package tells them: which columns, and in which unit."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dressform.api.schemas.edition_words import TABLES
from dressform.sewing.catalogue import CATALOGUE

_ERROR = "standard_error"


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    unit: str | None

    @property
    def is_measurement(self) -> bool:
        return self.name in CATALOGUE


@dataclass(frozen=True, slots=True)
class Table:
    """A table, what it holds in words, and its columns."""

    name: str
    text: str
    columns: tuple[Column, ...]

    @property
    def measurements(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.is_measurement)

    @property
    def plain_columns(self) -> tuple[Column, ...]:
        """Return the columns that are no measurements."""
        return tuple(column for column in self.columns if not column.is_measurement)

    @property
    def has_errors(self) -> bool:
        """Return whether its numbers stand beside their standard errors."""
        return any(column.name.endswith(_ERROR) for column in self.columns)


def read_tables(package: bytes, language: str) -> list[Table]:
    """Return the tables of a `datapackage.json`, with the words of that language."""
    resources: Sequence[dict[str, Any]] = json.loads(package).get("resources", [])
    return [
        Table(
            resource["name"],
            TABLES[resource["name"]].localize(language),
            tuple(
                Column(field["name"], field.get("unit")) for field in resource["schema"]["fields"]
            ),
        )
        for resource in resources
        if resource["name"] in TABLES
    ]
