import io
from dataclasses import replace

import pyarrow as pa
import pytest
from pyarrow import csv
from pyarrow import parquet as pq

from dressform.opendata.draws import CombinedDraws
from dressform.opendata.edition import build_tables
from dressform.opendata.files import File
from dressform.opendata.files.parquet import build_parquet
from dressform.opendata.resources import Value
from tests.opendata.files.small import ABOUT, SMALL


def read(file: File) -> pa.Table:
    return pq.read_table(io.BytesIO(file.content))


def test_a_table_comes_back_with_its_types_and_its_gaps() -> None:
    table = read(build_parquet(SMALL, ABOUT))

    assert [tuple(row.values()) for row in table.to_pylist()] == SMALL.rows
    assert table.schema.types == [pa.string(), pa.int64(), pa.float64(), pa.bool_()]
    assert all(field.nullable for field in table.schema), "the next edition may have gaps elsewhere"


def test_a_table_without_rows_keeps_its_columns() -> None:
    table = read(build_parquet(replace(SMALL, rows=[]), ABOUT))

    assert table.num_rows == 0
    assert table.column_names == ["words", "length", "share", "breasts"]


def test_columns_tell_their_unit_and_what_they_are() -> None:
    length = read(build_parquet(SMALL, ABOUT)).schema.field("length")

    assert length.metadata[b"description"] == b"A length."
    assert length.metadata[b"unit"] == b"mm"


def test_the_table_tells_its_edition_and_licence_and_nothing_of_pandas() -> None:
    assert read(build_parquet(SMALL, ABOUT)).schema.metadata == {
        b"title": b"A small table",
        b"description": b"With every type, and with nothing.",
        b"edition": b"2027",
        b"licence": b"CC0-1.0",
    }


def test_every_table_of_an_edition_comes_back_as_it_was(
    draw: CombinedDraws, edition: dict[str, File]
) -> None:
    for resource in build_tables(draw):
        table = read(edition[f"{resource.name}.parquet"])

        assert [tuple(row.values()) for row in table.to_pylist()] == resource.rows


def test_parquet_and_csv_say_the_same(edition: dict[str, File]) -> None:
    tables = [name for name in edition if name.endswith(".parquet")]
    assert len(tables) == 9
    for name in tables:
        table = read(edition[name])
        text = io.BytesIO(edition[name.replace(".parquet", ".csv")].content)
        types = csv.ConvertOptions(
            column_types={field.name: field.type for field in table.schema},
            strings_can_be_null=True,
        )

        assert csv.read_csv(text, convert_options=types).to_pylist() == table.to_pylist()


@pytest.mark.parametrize("value", ["1", 1.5, 2**63])
def test_a_value_that_would_not_come_back_is_refused(value: Value) -> None:
    rows: list[tuple[Value, ...]] = [("a", value, 0.5, True)]

    with pytest.raises((ValueError, OverflowError)):
        build_parquet(replace(SMALL, rows=rows), ABOUT)
