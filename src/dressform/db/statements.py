"""Statements of SQLAlchemy's Core, compiled to text for the driver, and the rows they return."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import asyncpg
from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Executable,
    TextClause,
    func,
    literal,
)
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

_DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]


class Row(asyncpg.Record):  # type: ignore[misc]  # asyncpg has no types
    """A row whose columns are read as attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Statement:
    """A statement that is compiled once. Its values are named by `bindparam`.

    `columns`: of an INSERT or an UPDATE without `values()`, the columns whose values are given when
    it is executed, by their names.
    """

    __slots__ = ("_constants", "_names", "_processors", "returns_rows", "sql")

    def __init__(self, clause: Executable, *columns: str) -> None:
        compiled: Any = clause.compile(  # type: ignore[attr-defined]
            dialect=_DIALECT, column_keys=list(columns) or None
        )
        self.sql = str(compiled)
        assert "POSTCOMPILE" not in self.sql, "use is_any_of instead of in_"
        self.returns_rows = not clause.is_dml or bool(compiled.effective_returning)
        self._names: tuple[str, ...] = tuple(compiled.positiontup or ())
        processors = {
            name: compiled.binds[name].type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
            for name in self._names
            if name in compiled.binds
        }
        self._processors = {name: found for name, found in processors.items() if found}
        self._constants: dict[str, Any] = {
            name: value
            for name, value in compiled.params.items()
            if name in self._names
            and not (name in compiled.binds and compiled.binds[name].required)
        }

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the values in the order of the parameters. Raise KeyError when one is missing."""
        if self._constants:
            values = {**self._constants, **values}
        if self._processors:
            values = {**values, **self._processed(values)}
        return [values[name] for name in self._names]

    def _processed(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: process(values[name]) for name, process in self._processors.items()}


def is_any_of(column: Any, values: Collection[Any] | BindParameter[Any]) -> ColumnElement[bool]:
    """Return the condition that a column has one of the values.

    It is `in_` with one array parameter, so that one statement serves any number of values.
    """
    if not isinstance(values, BindParameter):
        values = literal(list(values), ARRAY(column.type))
    condition: ColumnElement[bool] = column == func.any(values)
    return condition


def as_statement(statement: Statement | Executable, values: Mapping[str, Any]) -> Statement:
    """Return a compiled statement as it is, and compile any other (slower than most executions)."""
    if isinstance(statement, Statement):
        return statement
    if isinstance(statement, TextClause) and values:
        # So that the parameters are cast to the types that the values have.
        names = statement.compile().params.keys() & values.keys()
        statement = statement.bindparams(**{name: values[name] for name in names})
    return Statement(statement)


class Result:
    """The rows of a statement, or how many rows it changed. The methods are those of SQLAlchemy's."""

    __slots__ = ("_rows", "_status")

    def __init__(self, rows: Sequence[Any], status: str = "") -> None:
        self._rows = rows
        self._status = status

    @property
    def rowcount(self) -> int:
        """Return how many rows an INSERT, UPDATE or DELETE without RETURNING changed."""
        return int(self._status.rpartition(" ")[2])

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> Sequence[Any]:
        return self._rows

    def one_or_none(self) -> Any:
        """Return the only row, or None. Raise ValueError for more than one row."""
        if len(self._rows) > 1:
            raise ValueError("more than one row")
        return self._rows[0] if self._rows else None

    def one(self) -> Any:
        """Return the only row. Raise ValueError unless there is exactly one."""
        (row,) = self._rows
        return row

    def scalar_one(self) -> Any:
        """Return the first column of the only row. Raise ValueError unless there is exactly one."""
        return self.one()[0]

    def scalars(self) -> "Result":
        """Return the first column of each row."""
        return Result([row[0] for row in self._rows])
