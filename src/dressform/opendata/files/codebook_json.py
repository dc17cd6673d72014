"""`codebook.json`: the codebook with labels and descriptions."""

from collections.abc import Mapping
from typing import Any

from dressform.opendata.codebook import SOURCE
from dressform.opendata.files.edition_info import EditionInfo, File
from dressform.opendata.files.json_text import json_text
from dressform.opendata.resources import Resource, to_records
from dressform.sewing.catalogue import CATALOGUE


def build_codebook_json(codebook: Resource, info: EditionInfo) -> File:
    content = {
        "name": info.codebook,
        "version": info.privacy["codebook"]["version"],
        "source": SOURCE,
        "columns": {field.name: field.description for field in codebook.fields},
        "measurements": [_add_labels(each) for each in to_records(codebook)],
    }
    return File("codebook.json", "application/json", "The codebook (JSON)", json_text(content))


def _add_labels(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Add the label and the description of the measurement."""
    known = CATALOGUE[row["measurement"]]
    texts = {"label": known.label["en"], "description": known.description["en"]}
    return {"measurement": known.name} | texts | dict(row)
