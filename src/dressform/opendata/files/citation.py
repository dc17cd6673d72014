"""`CITATION.cff`: the citation of an edition in the Citation File Format 1.2.0."""

import yaml

from dressform.opendata.files.edition_info import KEYWORDS, LICENCE, EditionInfo, File


def build_citation(info: EditionInfo) -> File:
    content = {
        "cff-version": "1.2.0",
        "message": "You need not cite this dataset. If you do, please do it like this.",
        "type": "dataset",
        "title": info.title,
        "abstract": info.description,
        "authors": [{"name": info.publisher.name}],
        "date-released": info.day,
        "version": "1.0.0",
        "license": LICENCE,
        "url": info.page,
        "keywords": list(KEYWORDS),
    }
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
    return File(
        "CITATION.cff",
        "application/yaml; charset=utf-8",
        "How to cite it (Citation File Format)",
        text.encode(),
    )
