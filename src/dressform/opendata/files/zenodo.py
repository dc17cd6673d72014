"""`zenodo.json`: what Zenodo asks for of a new upload, as its API takes it."""

from dressform.opendata.files.about import KEYWORDS, EditionInfo, File
from dressform.opendata.files.text import json_text

# Zenodo's own name of CC0 1.0.
_LICENCE = "cc-zero"


def build_zenodo(about: EditionInfo) -> File:
    metadata = {
        "title": about.title,
        "upload_type": "dataset",
        "publication_date": about.day,
        "creators": [{"name": about.publisher.name}],
        "description": f"<p>{about.description}</p>",
        "access_right": "open",
        "license": _LICENCE,
        "keywords": list(KEYWORDS),
        "related_identifiers": [
            {"relation": "isIdenticalTo", "identifier": about.page, "scheme": "url"}
        ],
    }
    return File(
        "zenodo.json",
        "application/json",
        "What to tell Zenodo when archiving it there",
        json_text({"metadata": metadata}),
    )
