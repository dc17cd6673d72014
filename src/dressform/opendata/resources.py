"""What a file of an edition holds, before it is written in any format."""

from dataclasses import dataclass, replace
from typing import Any, Literal

Type = Literal["string", "integer", "number", "boolean"]
Value = str | int | float | bool | None

ERROR = "standard_error"
"""The column of a table's number; where there are several, `NAME_standard_error` stands beside each."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column, in the words of Frictionless' Table Schema. `unit`: mm, deg, or none."""

    name: str
    type: Type
    description: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A table: its `name` is that of its files, `people` for people.csv and people.parquet."""

    name: str
    title: str
    description: str
    fields: tuple[Field, ...]
    rows: list[tuple[Value, ...]]


def to_records(resource: Resource) -> list[dict[str, Any]]:
    """Its rows, each by the names of the columns."""
    names = [field.name for field in resource.fields]
    return [dict(zip(names, row, strict=True)) for row in resource.rows]


def number_rows(resource: Resource) -> Resource:
    """Return the table with a first column `id` that numbers its rows from 1 on."""
    field = Field("id", "integer", "A running number, which says nothing but which row it is.")
    rows: list[tuple[Value, ...]] = [
        (number, *row) for number, row in enumerate(resource.rows, start=1)
    ]
    return replace(resource, fields=(field, *resource.fields), rows=rows)
