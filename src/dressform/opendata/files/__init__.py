"""An edition's files, made from its tables alone: the same tables give the same bytes."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from dressform.opendata import edition
from dressform.opendata.draws import Together
from dressform.opendata.files.about import About, File, Publisher
from dressform.opendata.files.archive import archive
from dressform.opendata.files.book import book
from dressform.opendata.files.citation import citation
from dressform.opendata.files.comma_separated import comma_separated
from dressform.opendata.files.croissant import croissant
from dressform.opendata.files.examples import examples
from dressform.opendata.files.frictionless import data_package
from dressform.opendata.files.parquet import parquet
from dressform.opendata.files.pictures import pictures
from dressform.opendata.files.plain import checksums, licence, readme
from dressform.opendata.files.privacy import guarantee, privacy
from dressform.opendata.files.wording import worded
from dressform.opendata.files.zenodo import zenodo
from dressform.opendata.population import groups
from dressform.opendata.resources import Resource
from dressform.opendata.spreads import Spread, spreads
from dressform.opendata.sums import Floats

__all__ = ["About", "File", "edition_files", "files"]


def edition_files(
    drawn: Together, *, published: datetime, publisher: Publisher, version: str
) -> list[File]:
    """All that is published of it: no setting changes it afterwards, as these are its files."""
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
    return files(edition.resources(drawn), about, spreads(drawn, groups(drawn)), drawn.sigmas)


def files(
    resources: Sequence[Resource],
    about: About,
    spreads: Sequence[Spread],
    sigmas: Mapping[str, Floats],
) -> list[File]:
    """`spreads`: what distributions are drawn from. `sigmas`: of the noise in each group of sums, in
    the order of FLAGS.
    """
    resources = [worded(each) for each in resources]
    tables = [file for each in resources for file in (comma_separated(each), parquet(each, about))]
    beside = [
        *pictures(resources, spreads, sigmas),
        *(book(each, about) for each in resources if each.name == "codebook"),
        privacy(about),
        readme(resources, about),
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
