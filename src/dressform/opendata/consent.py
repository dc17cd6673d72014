"""What a member is asked before anything of theirs goes into the open dataset.

Every text that was ever shown stays in `consent.json`, so that what was agreed to can be read for
good; the last one is current. A changed sentence is a new version. `compatible` has the versions whose
agreements still count: those that promised no more than the current one keeps, and that itself.
"""

import hashlib
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from dressform.sewing.data import load_json


@dataclass(frozen=True, slots=True)
class ConsentText:
    """A version in one language. `text`: paragraphs with an empty line between them."""

    version: str
    language: str
    text: str

    @property
    def sha256(self) -> bytes:
        """Of the text as it stands, in UTF-8: anyone can compute it from what they were shown."""
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
"""The oldest first; each by language."""

CURRENT = MappingProxyType(VERSIONS[-1])
"""What is asked now, by language."""

COMPATIBLE: tuple[str, ...] = tuple(_DATA["compatible"])
"""Whoever agreed to any other version has to be asked again before they can give."""
