"""Parquet files whose columns have a type, a unit and a description."""

from collections.abc import Sequence

import pyarrow as pa
from pyarrow import parquet as pq

from dressform.opendata.files.edition_info import LICENCE, EditionInfo, File
from dressform.opendata.resources import Field, Resource, Value

MEDIA_TYPE = "application/vnd.apache.parquet"

_TYPES = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
}


def build_parquet(resource: Resource, info: EditionInfo) -> File:
    written = pa.BufferOutputStream()
    # A fixed compression level and one row group make the bytes reproducible.
    pq.write_table(
        _to_arrow(resource, info),
        written,
        compression="zstd",
        compression_level=9,
        row_group_size=1 << 20,
        write_statistics=True,
    )
    return File(
        name=f"{resource.name}.parquet",
        media_type=MEDIA_TYPE,
        title=f"{resource.title} (Parquet)",
        content=written.getvalue().to_pybytes(),
    )


def _to_arrow(resource: Resource, info: EditionInfo) -> pa.Table:
    columns = list(zip(*resource.rows, strict=True)) or [()] * len(resource.fields)
    schema = pa.schema(
        [_to_arrow_field(field) for field in resource.fields],
        metadata={
            "title": resource.title,
            "description": resource.description,
            "edition": info.edition,
            "licence": LICENCE,
        },
    )
    arrays = [_to_array(column, kind) for column, kind in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _to_array(column: Sequence[Value], kind: pa.Field) -> pa.Array:
    """Convert a column. Raises ValueError for a lossy conversion: Arrow truncates 1.5 to 1."""
    array = pa.array(column, kind.type)
    if array.to_pylist() != list(column):
        raise ValueError(f"The column {kind.name} holds values that {kind.type} cannot.")
    return array


def _to_arrow_field(field: Field) -> pa.Field:
    unit = {"unit": field.unit} if field.unit else {}
    metadata = {"description": field.description} | unit
    return pa.field(field.name, _TYPES[field.type], metadata=metadata)
