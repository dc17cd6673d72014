"""An edition's files, made from its tables alone: the same tables give the same bytes."""

from collections.abc import Sequence
from datetime import datetime

from dressform.opendata import edition
from dressform.opendata.draws import Together
from dressform.opendata.files.about import About, File, Publisher
from dressform.opendata.files.archive import archive
from dressform.opendata.files.book import book
from dressform.opendata.files.citation import citation
from dressform.opendata.files.croissant import croissant
from dressform.opendata.files.csv_file import comma_separated
from dressform.opendata.files.examples import examples
from dressform.opendata.files.frictionless import data_package
from dressform.opendata.files.parquet import parquet
from dressform.opendata.files.pictures import pictures
from dressform.opendata.files.privacy import guarantee, privacy
from dressform.opendata.files.quality import quality
from dressform.opendata.files.readme import checksums, licence, readme
from dressform.opendata.files.wording import worded
from dressform.opendata.files.zenodo import zenodo
from dressform.opendata.population import groups
from dressform.opendata.quality import Quality, qualities
from dressform.opendata.resources import Resource
from dressform.opendata.spreads import Spread, spreads

__all__ = ["About", "File", "edition_files", "edition_with_quality", "files"]


def edition_files(
    drawn: Together, *, published: datetime, publisher: Publisher, version: str
) -> list[File]:
    """All that is published of it: no setting changes it afterwards, as these are its files."""
    return edition_with_quality(drawn, published=published, publisher=publisher, version=version)[0]


def edition_with_quality(
    drawn: Together, *, published: datetime, publisher: Publisher, version: str
) -> tuple[list[File], list[Quality]]:
    """Return the same, and how far off it is expected to be."""
    about = About(
        edition=drawn.name,
        years=drawn.years,
        published=published,
        codebook=drawn.codebook.name,
        count=drawn.count,
        publisher=publisher,
        privacy=guarantee(drawn),
        version=version,
    )
    found = groups(drawn)
    expected = qualities(drawn, found)
    made = files(edition.tables(drawn, found), about, spreads(drawn, found), expected)
    return made, expected


def files(
    resources: Sequence[Resource],
    about: About,
    spreads: Sequence[Spread] = (),
    expected: Sequence[Quality] = (),
) -> list[File]:
    """`spreads`: what distributions are drawn from; `expected`: how far off it is, by the flag."""
    resources = [worded(each) for each in resources]
    tables = [file for each in resources for file in (comma_separated(each), parquet(each, about))]
    beside = [
        *pictures(resources, spreads),
        *(book(each, about) for each in resources if each.name == "codebook"),
        privacy(about),
        quality(expected, about),
        readme(resources, about, expected),
        licence(),
        citation(about),
        zenodo(about),
        *examples(),
    ]
    package = data_package(resources, {file.name: file for file in tables}, about)
    listed = [*tables, *beside, package]
    everything = [*listed, croissant(resources, listed, about)]
    summed = [*everything, checksums(everything)]
    return [*summed, archive(summed, about)]
