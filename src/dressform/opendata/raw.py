"""The noisy sums themselves, as tables, and as the text in which a draw is kept."""

import gzip
import hashlib
import json

import numpy as np

from dressform.opendata.codebook import FLAGS, SOURCE, VERSION, Codebook
from dressform.opendata.resources import Field, Resource, Value
from dressform.opendata.sums import Integers, Sums

_FLAG = Field("flag", "string", "with_breasts or without_breasts.")
_A = Field("a", "string", "The one measurement.")
_B = Field("b", "string", "The other one.")
_NOISY = "Noise can make a count negative."


def kept(sums: Sums) -> bytes:
    """JSON, gzip."""
    return gzip.compress(_written(sums), mtime=0)


def digest(sums: Sums) -> str:
    """SHA-256 of the JSON, in hexadecimal: gzip may come out differently elsewhere."""
    return hashlib.sha256(_written(sums)).hexdigest()


def _written(sums: Sums) -> bytes:
    return json.dumps({name: group.tolist() for name, group in sums.groups.items()}).encode()


def read(content: bytes) -> Sums:
    """What `kept` made."""
    groups = json.loads(gzip.decompress(content))
    return Sums(**{name: np.array(group, np.int64) for name, group in groups.items()})


def raw(codebook: Codebook, sums: Sums) -> list[Resource]:
    return [_flags(sums), _histograms(codebook, sums), *_over_pairs(codebook, sums), book(codebook)]


def _flags(sums: Sums) -> Resource:
    return Resource(
        name="flags",
        title="How many contributed",
        description=f"By the flag, with noise. {_NOISY}",
        fields=(_FLAG, Field("people", "integer", "With noise.")),
        rows=[(flag, int(sums.flags[place])) for place, flag in enumerate(FLAGS)],
    )


def _histograms(codebook: Codebook, sums: Sums) -> Resource:
    rows: list[tuple[Value, ...]] = [
        (
            flag,
            item.name,
            item.lowest + item.width * at,
            item.lowest + item.width * (at + 1),
            people,
        )
        for place, flag in enumerate(FLAGS)
        for number, item in enumerate(codebook.items)
        if flag in item.centre
        for at, people in enumerate(sums.histograms[place, number].tolist())
    ]
    return Resource(
        name="histograms",
        title="Noisy histograms",
        description="How many gave a value from `low` to below `high`; the first bin has all below "
        f"it, too, and the last all above. {_NOISY}",
        fields=(
            _FLAG,
            Field("measurement", "string", "Its name in FreeSewing."),
            Field("low", "integer", "In its unit."),
            Field("high", "integer", "In its unit."),
            Field("people", "integer", "With noise."),
        ),
        rows=rows,
    )


def _over_pairs(codebook: Codebook, sums: Sums) -> list[Resource]:
    moments = (
        "For every two measurements the sum of products of distances from the codebook's centre, "
        "each in sixteenths of its scale, of those who gave both; a body that is farther off than the "
        "codebook's norm counts as if it were nearer. With noise."
    )
    return [
        _pairs(codebook, sums.pair_counts, "pair_counts", f"How many gave both. {_NOISY}"),
        _pairs(codebook, sums.second_moments, "second_moments", moments),
    ]


def _pairs(codebook: Codebook, group: Integers, name: str, description: str) -> Resource:
    flags_of = {item.name: item.centre for item in codebook.items}
    rows: list[tuple[Value, ...]] = [
        (flag, a, b, value)
        for place, flag in enumerate(FLAGS)
        for (a, b), value in zip(codebook.pairs, group[place].tolist(), strict=True)
        if flag in flags_of[a] and flag in flags_of[b]
    ]
    return Resource(
        name=name,
        title=f"Noisy {name.replace('_', ' ')}",
        description=description,
        fields=(_FLAG, _A, _B, Field("sum", "integer", "With noise.")),
        rows=rows,
    )


def book(codebook: Codebook) -> Resource:
    """The codebook as a table."""
    return Resource(
        name="codebook",
        title="The codebook",
        description=f"Version {VERSION}, made before anybody contributed. {SOURCE}",
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
