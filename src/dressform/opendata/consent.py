"""The consent texts for contributing to the open dataset.

`consent.json` keeps all versions that were ever displayed; the last one is current. Each change of a
text is a new version. `compatible` lists the versions whose consents still count: the current one and
those that promised no more than it.
"""

import hashlib
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from dressform.sewing.data import load_json


@dataclass(frozen=True, slots=True)
class ConsentText:
    """A version in one language; an empty line separates the paragraphs of `text`."""

    version: str
    language: str
    text: str

    @property
    def sha256(self) -> bytes:
        """Return the hash of the text in UTF-8, which a member can compute from the displayed text."""
        return hashlib.sha256(self.text.encode()).digest()


def _parse_versions(found: dict[str, Any]) -> tuple[dict[str, ConsentText], ...]:
    return tuple(
        {
            language: ConsentText(entry["version"], language, "\n\n".join(paragraphs))
            for language, paragraphs in entry["texts"].items()
        }
        for entry in found["versions"]
    )


_DATA = load_json("consent", package="dressform.opendata")

VERSIONS = _parse_versions(_DATA)
"""All versions from the oldest on, each by language."""

CURRENT = MappingProxyType(VERSIONS[-1])
"""The current version by language."""

COMPATIBLE: tuple[str, ...] = tuple(_DATA["compatible"])
"""Versions whose consents count. A consent to another version must be renewed."""
