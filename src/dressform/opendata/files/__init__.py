"""An edition's files, made from its tables alone: the same tables give the same bytes."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from dressform.opendata import edition
from dressform.opendata.draws import Together
from dressform.opendata.files.about import About, File
from dressform.opendata.files.book import book
from dressform.opendata.files.comma_separated import comma_separated
from dressform.opendata.files.croissant import croissant
from dressform.opendata.files.frictionless import data_package
from dressform.opendata.files.parquet import parquet
from dressform.opendata.files.pictures import pictures
from dressform.opendata.files.plain import checksums, licence, readme
from dressform.opendata.files.privacy import guarantee, privacy
from dressform.opendata.files.wording import worded
from dressform.opendata.population import groups
from dressform.opendata.resources import Resource
from dressform.opendata.spreads import Spread, spreads

__all__ = ["About", "File", "edition_files", "files"]


def edition_files(drawn: Together, *, published: datetime, home: str, version: str) -> list[File]:
    """All that is published of it. `home`: the files' address, with a slash at its end."""
    about = About(
        edition=drawn.name,
        years=drawn.years,
        published=published,
        codebook=drawn.codebook.name,
        count=drawn.count,
        home=home,
        privacy=guarantee(drawn),
        version=version,
    )
    return files(edition.resources(drawn), about, spreads(drawn, groups(drawn)), drawn.sigmas)


def files(
    resources: Sequence[Resource],
    about: About,
    spreads: Sequence[Spread],
    sigmas: Mapping[str, float],
) -> list[File]:
    """`spreads`: what distributions are drawn from. `sigmas`: of the noise in each group of sums."""
    resources = [worded(each) for each in resources]
    tables = [file for each in resources for file in (comma_separated(each), parquet(each, about))]
    beside = [
        *pictures(resources, spreads, sigmas),
        *(book(each, about) for each in resources if each.name == "codebook"),
        privacy(about),
        readme(resources, about),
        licence(),
    ]
    package = data_package(resources, {file.name: file for file in tables}, about)
    listed = [*tables, *beside, package]
    everything = [*listed, croissant(resources, listed, about)]
    return [*everything, checksums(everything)]
