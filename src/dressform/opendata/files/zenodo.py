"""`zenodo.json`: the metadata of an upload to Zenodo, in the format of its API."""

from dressform.opendata.files.edition_info import KEYWORDS, EditionInfo, File
from dressform.opendata.files.json_text import json_text

# Zenodo's identifier of CC0 1.0.
_LICENCE = "cc-zero"


def build_zenodo(info: EditionInfo) -> File:
    metadata = {
        "title": info.title,
        "upload_type": "dataset",
        "publication_date": info.day,
        "creators": [{"name": info.publisher.name}],
        "description": f"<p>{info.description}</p>",
        "access_right": "open",
        "license": _LICENCE,
        "keywords": list(KEYWORDS),
        "related_identifiers": [
            {"relation": "isIdenticalTo", "identifier": info.page, "scheme": "url"}
        ],
    }
    return File(
        "zenodo.json",
        "application/json",
        "What to tell Zenodo when archiving it there",
        json_text({"metadata": metadata}),
    )
