"""`codebook.json`: beside the table, for whoever reads it by program."""

from dressform.opendata.codebook import SOURCE, VERSION
from dressform.opendata.files.about import About, File
from dressform.opendata.files.text import json_text
from dressform.opendata.resources import Resource, records


def book(codebook: Resource, about: About) -> File:
    content = {
        "name": about.codebook,
        "version": VERSION,
        "source": SOURCE,
        "columns": {field.name: field.description for field in codebook.fields},
        "measurements": records(codebook),
    }
    return File("codebook.json", "application/json", "The codebook (JSON)", json_text(content))
