"""A draw, read back from what was published of it: its noisy sums are all there is to it."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time

from dressform.opendata.codebook import CODEBOOKS, FLAGS, VERSION, Codebook
from dressform.opendata.draws import Draw
from dressform.opendata.files.comma_separated import comma_separated
from dressform.opendata.raw import raw
from dressform.opendata.sums import Sums

_TABLES = ("flags.csv", "histograms.csv", "pair_counts.csv", "second_moments.csv")
NAMES = ("privacy.json", *_TABLES)
"""The files of an edition that it takes."""


def read_draw(files: Mapping[str, bytes]) -> Draw:
    """`files`: an edition's, by name. Of its moment only the day is published: here, its last.

    Raises ValueError for what is not a year's edition of this codebook, whole and unchanged.
    """
    facts = json.loads(files["privacy.json"])
    codebook = CODEBOOKS[facts["codebook"]["name"]]
    (year,) = facts["years"]
    if facts["codebook"]["version"] != VERSION:
        msg = f"its codebook is version {facts['codebook']['version']}, not {VERSION}"
        raise ValueError(msg)
    sums = _sums(codebook, files)
    made_again = {file.name: file.content for file in map(comma_separated, raw(codebook, sums))}
    if changed := [name for name in _TABLES if made_again[name] != files[name]]:
        msg = f"{' and '.join(changed)} can't be as it was published"
        raise ValueError(msg)
    at = datetime.combine(date.fromisoformat(facts["published"]), time.max, UTC)
    return Draw(year, codebook, sums, facts["contributors_with_noise"], at)


def _sums(codebook: Codebook, files: Mapping[str, bytes]) -> Sums:
    sums = Sums.none(codebook)
    places = {pair: place for place, pair in enumerate(codebook.pairs)}
    for row in _rows(files["flags.csv"]):
        sums.flags[FLAGS.index(row["flag"])] = int(row["people"])
    for row in _rows(files["histograms.csv"]):
        number = codebook.names.index(row["measurement"])
        item = codebook.items[number]
        at = FLAGS.index(row["flag"]), number, (int(row["low"]) - item.lowest) // item.width
        sums.histograms[at] = int(row["people"])
    for name in ("pair_counts", "second_moments"):
        for row in _rows(files[f"{name}.csv"]):
            at_pair = FLAGS.index(row["flag"]), places[row["a"], row["b"]]
            sums.groups[name][at_pair] = int(row["sum"])
    return sums


def _rows(content: bytes) -> Iterator[Mapping[str, str]]:
    return csv.DictReader(io.StringIO(content.decode(), newline=""))
