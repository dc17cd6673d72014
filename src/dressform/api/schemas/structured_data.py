"""What search engines read in the dataset's pages: schema.org, as JSON-LD.

It tells what holds today, from the settings; the files of an edition tell what held when it was
published, and never change.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dressform.api.schemas.dp_guarantee import ABOUT, LICENCE_URL
from dressform.api.schemas.edition_tables import Table
from dressform.api.schemas.editions import EditionRead, EditionSummary, FileRead
from dressform.sewing.catalogue import CATALOGUE

_KEYWORDS = ["body measurements", "anthropometry", "sewing patterns", "size charts"]
_TECHNIQUE = (
    "Members' own measurements, added up, with discrete Gaussian noise on every sum (differential "
    "privacy); all else is worked out from the noisy sums."
)
_OFFERED = (".csv", ".parquet", ".zip")
_TITLES = {
    "en": "Open dataset of body measurements for sewing",
    "fr": "Jeu de données ouvert de mesures du corps pour la couture",
}


@dataclass(frozen=True, slots=True)
class Site:
    """The publisher of the dataset, its address, and a contact."""

    publisher: str
    url: str
    contact: str | None

    @property
    def organization(self) -> dict[str, Any]:
        """Return the publisher as schema.org has it."""
        about = {"@type": "Organization", "name": self.publisher, "url": self.url}
        if self.contact is None:
            return about
        to = {"@type": "ContactPoint", "contactType": "open data", "email": self.contact}
        return about | {"contactPoint": to}


def describe_dataset(
    editions: Sequence[EditionSummary], site: Site, language: str
) -> dict[str, Any] | None:
    """Return the dataset with its editions; None before there is one."""
    if not editions:
        return None
    return (
        _context()
        | _describe("", f"{site.url}/dataset", site, language)
        | {
            "hasPart": [
                _describe(edition.name, site.url + edition.page, site, language)
                | {"datePublished": edition.published_at.date().isoformat()}
                for edition in editions
            ]
        }
    )


def describe_edition(
    edition: EditionRead, tables: Iterable[Table], site: Site, language: str
) -> dict[str, Any]:
    whole = {
        "@type": "Dataset",
        "name": _TITLES[language],
        "description": ABOUT.localize(language),
        "url": f"{site.url}/dataset",
        "license": LICENCE_URL,
        "creator": site.organization,
    }
    return (
        _context()
        | _describe(edition.name, site.url + edition.page, site, language)
        | {
            "datePublished": edition.published_at.date().isoformat(),
            "version": "1.0.0",
            "measurementTechnique": _TECHNIQUE,
            "variableMeasured": _variables(tables, language),
            "isPartOf": whole,
            "distribution": [
                _download(file, site) for file in edition.files if file.name.endswith(_OFFERED)
            ],
        }
    )


def _context() -> dict[str, Any]:
    return {"@context": "https://schema.org/"}


def _describe(edition: str, url: str, site: Site, language: str) -> dict[str, Any]:
    title = _TITLES[language]
    return {
        "@type": "Dataset",
        "@id": url,
        "name": f"{title}, {edition}" if edition else title,
        "description": ABOUT.localize(language),
        "url": url,
        "identifier": url,
        "license": LICENCE_URL,
        "isAccessibleForFree": True,
        "keywords": _KEYWORDS,
        "creator": site.organization,
        "publisher": site.organization,
    }


def _variables(tables: Iterable[Table], language: str) -> list[dict[str, Any]]:
    return [
        {
            "@type": "PropertyValue",
            "name": CATALOGUE[column.name].label[language],
            "alternateName": column.name,
            "description": CATALOGUE[column.name].description[language],
            "unitText": column.unit,
        }
        for table in tables
        if table.name == "people"
        for column in table.measurements
    ]


def _download(file: FileRead, site: Site) -> dict[str, Any]:
    return {
        "@type": "DataDownload",
        "name": file.name,
        "encodingFormat": file.media_type.partition(";")[0],
        "contentUrl": site.url + file.href,
        "contentSize": f"{file.size} B",
        "sha256": file.sha256,
    }
