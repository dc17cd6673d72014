"""The tables of an edition, independent of file formats."""

from dataclasses import dataclass, replace
from typing import Any, Literal

Type = Literal["string", "integer", "number", "boolean"]
Value = str | int | float | bool | None

ERROR = "standard_error"
"""The column of a standard error, or the suffix of its name if a table has several."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column, with the types of Frictionless' Table Schema. `unit` is mm, deg or None."""

    name: str
    type: Type
    description: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A table; files are named after `name`, for example people.csv and people.parquet."""

    name: str
    title: str
    description: str
    fields: tuple[Field, ...]
    rows: list[tuple[Value, ...]]


def to_records(resource: Resource) -> list[dict[str, Any]]:
    """Return the rows as dictionaries by column name."""
    names = [field.name for field in resource.fields]
    return [dict(zip(names, row, strict=True)) for row in resource.rows]


def number_rows(resource: Resource) -> Resource:
    """Return the table with a first column `id` that counts from 1."""
    field = Field("id", "integer", "A running number, which says nothing but which row it is.")
    rows: list[tuple[Value, ...]] = [
        (number, *row) for number, row in enumerate(resource.rows, start=1)
    ]
    return replace(resource, fields=(field, *resource.fields), rows=rows)
