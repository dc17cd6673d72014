"""`datapackage.json`: descriptions of the files and columns by the Data Package standard 2.0."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dressform.opendata.codebook import FLAGS
from dressform.opendata.files.csv_file import MEDIA_TYPE as CSV
from dressform.opendata.files.edition_info import (
    KEYWORDS,
    LICENCE,
    LICENCE_ADDRESS,
    LICENCE_TITLE,
    EditionInfo,
    File,
)
from dressform.opendata.files.json_text import json_text
from dressform.opendata.resources import Field, Resource, to_records

_PROFILES = "https://datapackage.org/profiles/2.0"
KEYS: Mapping[str, tuple[str, ...]] = {
    "people": ("id",),
    "quantiles": ("measurement", "flag"),
    "correlations": ("flag", "a", "b"),
    "sizes": ("flag", "key", "size"),
    "flags": ("flag",),
    "histograms": ("flag", "measurement", "low"),
    "pair_counts": ("flag", "a", "b"),
    "second_moments": ("flag", "a", "b"),
    "codebook": ("measurement",),
}
"""The primary keys of the tables that have one."""

_MEASUREMENTS = ("measurement", "a", "b", "key")
"""Columns with names of measurements, which refer to the codebook."""

_LIMITS: Mapping[str, dict[str, Any]] = {
    "id": {"minimum": 1},
    "flag": {"enum": [*FLAGS, "both"]},
    "correlation": {"minimum": -1, "maximum": 1},
}

Bounds = Mapping[str, tuple[int, int]]


def build_data_package(
    resources: Sequence[Resource], files: Mapping[str, File], info: EditionInfo
) -> File:
    """Return the descriptions; `files` has the CSV files by name. Parquet files have their own schema."""
    within = _list_bounds(resources)
    content = {
        "$schema": f"{_PROFILES}/datapackage.json",
        "name": info.name,
        "id": f"{info.home}datapackage.json",
        "title": info.title,
        "description": info.description,
        "homepage": info.page,
        # An edition never changes.
        "version": "1.0.0",
        "created": info.moment,
        "licenses": [{"name": LICENCE, "path": LICENCE_ADDRESS, "title": LICENCE_TITLE}],
        "keywords": list(KEYWORDS),
        "contributors": [
            {
                "title": info.publisher.name,
                "path": info.publisher.url,
                "roles": ["creator", "publisher"],
            }
        ],
        "resources": [
            _describe_resource(each, files[f"{each.name}.csv"], within) for each in resources
        ],
    }
    return File(
        "datapackage.json",
        "application/json",
        "Data Package 2.0 (Frictionless)",
        json_text(content),
    )


def _describe_resource(resource: Resource, file: File, within: Bounds) -> dict[str, Any]:
    return {
        "$schema": f"{_PROFILES}/dataresource.json",
        "name": resource.name,
        "type": "table",
        "path": file.name,
        "title": resource.title,
        "description": resource.description,
        "format": "csv",
        "mediatype": CSV,
        "encoding": "utf-8",
        "bytes": len(file.content),
        "hash": f"sha256:{file.sha256}",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "header": True},
        "schema": _build_schema(resource, within),
    }


def _build_schema(resource: Resource, within: Bounds) -> dict[str, Any]:
    columns = list(zip(*resource.rows, strict=True)) or [(None,)] * len(resource.fields)
    fields = [
        _describe_field(field, within, required=None not in column)
        for field, column in zip(resource.fields, columns, strict=True)
    ]
    key = KEYS.get(resource.name)
    return {
        "$schema": f"{_PROFILES}/tableschema.json",
        "fields": fields,
        "missingValues": [""],
        **({"primaryKey": list(key)} if key else {}),
        **_list_foreign_keys(resource),
    }


def _describe_field(field: Field, within: Bounds, *, required: bool) -> dict[str, Any]:
    unit = {"unit": field.unit} if field.unit else {}
    limits = {"required": True} if required else {}
    return {
        "name": field.name,
        "type": field.type,
        "description": field.description,
        **unit,
        "constraints": limits | _list_constraints(field, within),
    }


def _list_constraints(field: Field, within: Bounds) -> dict[str, Any]:
    if field.name in within:
        lowest, highest = within[field.name]
        return {"minimum": lowest, "maximum": highest}
    return _LIMITS.get(field.name, {})


def _list_foreign_keys(resource: Resource) -> dict[str, Any]:
    if resource.name == "codebook":
        return {}
    named = [field.name for field in resource.fields if field.name in _MEASUREMENTS]
    to = {"resource": "codebook", "fields": ["measurement"]}
    keys = [{"fields": [name], "reference": to} for name in named]
    return {"foreignKeys": keys} if keys else {}


def _list_bounds(resources: Iterable[Resource]) -> Bounds:
    """Return the lowest and highest bin edge of each measurement in the codebook."""
    rows = (row for each in resources if each.name == "codebook" for row in to_records(each))
    return {
        row["measurement"]: (row["lowest"], row["lowest"] + row["width"] * row["bins"])
        for row in rows
    }
