"""The files of an edition. The same tables result in the same bytes."""

from collections.abc import Sequence
from datetime import datetime

from dressform.opendata import edition
from dressform.opendata.distributions import Distribution, build_distributions
from dressform.opendata.draws import CombinedDraws
from dressform.opendata.files.archive import build_archive
from dressform.opendata.files.charts import draw_charts
from dressform.opendata.files.citation import build_citation
from dressform.opendata.files.codebook_json import build_codebook_json
from dressform.opendata.files.column_descriptions import describe_columns
from dressform.opendata.files.croissant import build_croissant
from dressform.opendata.files.csv_file import build_csv
from dressform.opendata.files.edition_info import EditionInfo, File, Publisher
from dressform.opendata.files.examples import load_examples
from dressform.opendata.files.frictionless import build_data_package
from dressform.opendata.files.parquet import build_parquet
from dressform.opendata.files.privacy import build_privacy, describe_guarantee
from dressform.opendata.files.quality import build_quality
from dressform.opendata.files.readme import build_checksums, build_licence, build_readme
from dressform.opendata.files.zenodo import build_zenodo
from dressform.opendata.population import estimate_groups
from dressform.opendata.quality import Quality, assess_quality
from dressform.opendata.resources import Resource

__all__ = [
    "EditionInfo",
    "File",
    "build_edition_files",
    "build_edition_with_quality",
    "build_files",
]


def build_edition_files(
    combined: CombinedDraws, *, published: datetime, publisher: Publisher, version: str
) -> list[File]:
    """Return all published files of an edition."""
    return build_edition_with_quality(
        combined, published=published, publisher=publisher, version=version
    )[0]


def build_edition_with_quality(
    combined: CombinedDraws, *, published: datetime, publisher: Publisher, version: str
) -> tuple[list[File], list[Quality]]:
    """Return all published files, and the expected errors of each flag."""
    info = EditionInfo(
        edition=combined.name,
        years=combined.years,
        published=published,
        codebook=combined.codebook.name,
        count=combined.count,
        publisher=publisher,
        privacy=describe_guarantee(combined),
        version=version,
    )
    found = estimate_groups(combined)
    expected = assess_quality(combined, found)
    made = build_files(
        edition.build_tables_from_groups(combined, found),
        info,
        build_distributions(combined, found),
        expected,
    )
    return made, expected


def build_files(
    resources: Sequence[Resource],
    info: EditionInfo,
    distributions: Sequence[Distribution] = (),
    expected: Sequence[Quality] = (),
) -> list[File]:
    """Return all files; `distributions` are drawn as charts, `expected` has the expected errors."""
    resources = [describe_columns(each) for each in resources]
    tables = [file for each in resources for file in (build_csv(each), build_parquet(each, info))]
    beside = [
        *draw_charts(resources, distributions),
        *(build_codebook_json(each, info) for each in resources if each.name == "codebook"),
        build_privacy(info),
        build_quality(expected, info),
        build_readme(resources, info, expected),
        build_licence(),
        build_citation(info),
        build_zenodo(info),
        *load_examples(),
    ]
    package = build_data_package(resources, {file.name: file for file in tables}, info)
    listed = [*tables, *beside, package]
    everything = [*listed, build_croissant(resources, listed, info)]
    summed = [*everything, build_checksums(everything)]
    return [*summed, build_archive(summed, info)]
