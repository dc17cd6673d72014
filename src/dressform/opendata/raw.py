"""The noisy sums as tables, and their serialization for the database."""

import gzip
import hashlib
import json
from collections.abc import Iterator

import numpy as np

from dressform.opendata.codebook import FLAGS, SOURCE, Codebook
from dressform.opendata.draws import CombinedDraws
from dressform.opendata.resources import ERROR, Field, Resource, Value
from dressform.opendata.sums import Integers, Sums

_MIN_STANDARD_ERRORS = 3
"""A count below so many standard errors may be noise alone; it is left empty."""

_FLAG = Field("flag", "string", "with_breasts or without_breasts.")
_A = Field("a", "string", "The one measurement.")
_B = Field("b", "string", "The other one.")
_COUNT_FIELDS = (
    Field(
        "people",
        "integer",
        f"The sum, where it is {_MIN_STANDARD_ERRORS} standard errors or more; else empty.",
    ),
    Field(
        "sum",
        "integer",
        "The noisy sum as it was drawn, to be worked with: noise can make it negative.",
    ),
    Field(ERROR, "number", "Of the noise in the sum: exact."),
)


def serialize(sums: Sums) -> bytes:
    """Return the sums as gzipped JSON."""
    return gzip.compress(_to_json(sums), mtime=0)


def hash_sums(sums: Sums) -> str:
    """Return the SHA-256 of the JSON in hexadecimal. Gzip output differs between zlib versions."""
    return hashlib.sha256(_to_json(sums)).hexdigest()


def _to_json(sums: Sums) -> bytes:
    return json.dumps({name: group.tolist() for name, group in sums.groups.items()}).encode()


def deserialize(content: bytes) -> Sums:
    """Return the sums from the output of `serialize`."""
    groups = json.loads(gzip.decompress(content))
    return Sums(**{name: np.array(group, np.int64) for name, group in groups.items()})


def build_raw_tables(combined: CombinedDraws) -> list[Resource]:
    """Return the tables of the included flags' sums, with the standard errors of the noise."""
    return [
        _build_flags(combined),
        _build_histograms(combined),
        _build_pair_counts(combined),
        _build_second_moments(combined),
        build_codebook_table(combined.codebook),
    ]


def _list_taken_flags(combined: CombinedDraws) -> list[tuple[int, str]]:
    return [(place, flag) for place, flag in enumerate(FLAGS) if flag in combined.taken]


def _count_columns(
    combined: CombinedDraws, name: str, place: int, found: int
) -> tuple[Value, Value, Value]:
    sigma = float(combined.sigmas[name][place])
    return found if found >= _MIN_STANDARD_ERRORS * sigma else None, found, round(sigma, 2)


def _build_flags(combined: CombinedDraws) -> Resource:
    return Resource(
        name="flags",
        title="How many contributed",
        description="By the flag, with noise. A flag that is missing had too few: its accounts were "
        "not taken, and wait for another year.",
        fields=(_FLAG, *_COUNT_FIELDS),
        rows=[
            (flag, *_count_columns(combined, "flags", place, int(combined.sums.flags[place])))
            for place, flag in _list_taken_flags(combined)
        ],
    )


def _build_histograms(combined: CombinedDraws) -> Resource:
    rows: list[tuple[Value, ...]] = [
        (
            flag,
            item.name,
            item.lowest + item.width * at,
            item.lowest + item.width * (at + 1),
            *_count_columns(combined, "histograms", place, found),
        )
        for place, flag in _list_taken_flags(combined)
        for number, item in enumerate(combined.codebook.items)
        if flag in item.centre
        for at, found in enumerate(combined.sums.histograms[place, number].tolist())
    ]
    return Resource(
        name="histograms",
        title="Noisy histograms",
        description="How many gave a value from `low` to below `high`; the first bin has all below "
        "it, too, and the last all above.",
        fields=(
            _FLAG,
            Field("measurement", "string", "Its name in FreeSewing."),
            Field("low", "integer", "In its unit."),
            Field("high", "integer", "In its unit."),
            *_COUNT_FIELDS,
        ),
        rows=rows,
    )


def _build_pair_counts(combined: CombinedDraws) -> Resource:
    return Resource(
        name="pair_counts",
        title="Noisy pair counts",
        description="How many gave both measurements.",
        fields=(_FLAG, _A, _B, *_COUNT_FIELDS),
        rows=[
            (flag, a, b, *_count_columns(combined, "pair_counts", place, found))
            for place, flag, a, b, found in _iter_pairs(combined, combined.sums.pair_counts)
        ],
    )


def _build_second_moments(combined: CombinedDraws) -> Resource:
    sigmas = combined.sigmas["second_moments"]
    return Resource(
        name="second_moments",
        title="Noisy second moments",
        description="For every two measurements the sum of products of distances from the codebook's "
        "centre, each in sixteenths of its scale, of those who gave both; a body that is farther off "
        "than the codebook's norm counts as if it were nearer. With noise.",
        fields=(
            _FLAG,
            _A,
            _B,
            Field("sum", "integer", "The noisy sum as it was drawn."),
            Field(ERROR, "number", "Of the noise in the sum: exact."),
        ),
        rows=[
            (flag, a, b, found, round(float(sigmas[place]), 2))
            for place, flag, a, b, found in _iter_pairs(combined, combined.sums.second_moments)
        ],
    )


def _iter_pairs(
    combined: CombinedDraws, group: Integers
) -> Iterator[tuple[int, str, str, str, int]]:
    flags_of = {item.name: item.centre for item in combined.codebook.items}
    for place, flag in _list_taken_flags(combined):
        for (a, b), found in zip(combined.codebook.pairs, group[place].tolist(), strict=True):
            if flag in flags_of[a] and flag in flags_of[b]:
                yield place, flag, a, b, found


def build_codebook_table(codebook: Codebook) -> Resource:
    """Return the codebook as a table."""
    return Resource(
        name="codebook",
        title="The codebook",
        description=f"Version {codebook.version}, made before any contribution. {SOURCE}",
        fields=(
            Field("measurement", "string", "Its name in FreeSewing."),
            Field("unit", "string", "mm or degree."),
            Field("lowest", "integer", "Where its first bin begins."),
            Field("width", "integer", "Of a bin."),
            Field("bins", "integer", "How many."),
            *(
                Field(f"{what}_{flag}", "integer", f"The {what} for the second moments.")
                for flag in FLAGS
                for what in ("centre", "scale")
            ),
            Field("source", "string", "Where centre and scale come from."),
        ),
        rows=[
            (
                item.name,
                item.unit,
                item.lowest,
                item.width,
                item.bins,
                *(each.get(flag) for flag in FLAGS for each in (item.centre, item.scale)),
                item.source,
            )
            for item in codebook.items
        ],
    )
