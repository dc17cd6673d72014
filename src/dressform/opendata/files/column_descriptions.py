"""Descriptions of columns that are named after measurements."""

from dataclasses import replace

from dressform.opendata.resources import Field, Resource
from dressform.sewing.catalogue import CATALOGUE


def describe_columns(resource: Resource) -> Resource:
    """Return the table with the catalogue's descriptions of its measurement columns."""
    return replace(resource, fields=tuple(_describe_column(field) for field in resource.fields))


def _describe_column(field: Field) -> Field:
    known = CATALOGUE.get(field.name)
    if known is None:
        return field
    return replace(field, description=f"{known.label['en']}: {known.description['en']}")
