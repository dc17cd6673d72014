"""Parsing of a draw from the published files of its edition."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from dressform.opendata.codebook import CODEBOOKS, FLAGS, Codebook
from dressform.opendata.draws import Draw, combine
from dressform.opendata.files.csv_file import build_csv
from dressform.opendata.raw import build_raw_tables
from dressform.opendata.resources import ERROR, Resource
from dressform.opendata.sums import Sums

_TABLES = ("flags.csv", "histograms.csv", "pair_counts.csv", "second_moments.csv")
_COUNTS = ("flags", "histograms")
REQUIRED_FILES = ("privacy.json", *_TABLES)
"""The files of an edition that are needed."""


def parse_edition(files: Mapping[str, bytes]) -> Draw:
    """Return the draw of an edition's files by name. Its time is the start of the published day.

    Raises ValueError unless the files are the unchanged edition of one year and a known codebook.
    """
    facts = json.loads(files["privacy.json"])
    (year,) = facts["years"]
    codebook, taken = _find_codebook(facts["codebook"]), _parse_flags(facts)
    day = datetime.combine(date.fromisoformat(facts["published"]), time.min, UTC)
    sums = _parse_sums(codebook, files)
    draw = Draw(year, codebook, sums, facts["contributors_with_noise"], day, taken)
    made_again = {each.name: each for each in build_raw_tables(combine([draw]))}
    if changed := [name for name in _TABLES if not _is_unchanged(made_again, name, files[name])]:
        msg = f"{' and '.join(changed)} can't be as it was published"
        raise ValueError(msg)
    return draw


def _find_codebook(facts: Mapping[str, Any]) -> Codebook:
    key = f"{facts['name']}-{facts['version']}"
    if key not in CODEBOOKS:
        msg = f"its codebook is {facts['name']} of version {facts['version']}, which is not known here"
        raise ValueError(msg)
    return CODEBOOKS[key]


def _parse_flags(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the included flags; both for older editions without this field."""
    found = facts.get("flags")
    return tuple(flag for flag in FLAGS if found is None or found[flag]["taken"])


def _is_unchanged(made_again: Mapping[str, Resource], name: str, content: bytes) -> bool:
    """Return whether the file equals the table, in today's format or in that of the first editions."""
    resource = made_again[name.removesuffix(".csv")]
    return content in {build_csv(each).content for each in (resource, _to_first_format(resource))}


def _to_first_format(resource: Resource) -> Resource:
    """Return the table in the first format: no standard errors, and sums named people in two tables."""
    names = [field.name for field in resource.fields]
    kept = [at for at, name in enumerate(names) if name not in {"people", ERROR}]
    named = {"sum": "people"} if resource.name in _COUNTS else {}
    fields = [replace(each, name=named.get(each.name, each.name)) for each in resource.fields]
    return replace(
        resource,
        fields=tuple(fields[at] for at in kept),
        rows=[tuple(row[at] for at in kept) for row in resource.rows],
    )


def _parse_sums(codebook: Codebook, files: Mapping[str, bytes]) -> Sums:
    sums = Sums.zeros(codebook)
    places = {pair: place for place, pair in enumerate(codebook.pairs)}
    for row in _iter_rows(files["flags.csv"]):
        sums.flags[FLAGS.index(row["flag"])] = _parse_sum(row)
    for row in _iter_rows(files["histograms.csv"]):
        number = codebook.names.index(row["measurement"])
        item = codebook.items[number]
        at = FLAGS.index(row["flag"]), number, (int(row["low"]) - item.lowest) // item.width
        sums.histograms[at] = _parse_sum(row)
    for name in ("pair_counts", "second_moments"):
        for row in _iter_rows(files[f"{name}.csv"]):
            at_pair = FLAGS.index(row["flag"]), places[row["a"], row["b"]]
            sums.groups[name][at_pair] = _parse_sum(row)
    return sums


def _parse_sum(row: Mapping[str, str]) -> int:
    return int(row["sum"] if "sum" in row else row["people"])


def _iter_rows(content: bytes) -> Iterator[Mapping[str, str]]:
    return csv.DictReader(io.StringIO(content.decode(), newline=""))
