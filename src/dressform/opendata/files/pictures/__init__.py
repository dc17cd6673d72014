"""What an edition looks like: SVG that needs nothing but itself, in light and in dark.

Each picture is made in every language of `words.LANGUAGES`, as files never change: which of them is
shown is decided by who shows it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from dressform.opendata.codebook import FLAGS
from dressform.opendata.files.about import File
from dressform.opendata.files.pictures.distribution import Distribution
from dressform.opendata.files.pictures.heatmap import Heatmap
from dressform.opendata.files.pictures.noise import correlation_errors, is_above_noise
from dressform.opendata.files.pictures.overview import Overview
from dressform.opendata.files.pictures.words import LANGUAGES, Words
from dressform.opendata.resources import Resource, records
from dressform.opendata.spreads import Spread
from dressform.opendata.sums import Floats

__all__ = ["pictures"]


def pictures(
    resources: Sequence[Resource], spreads: Iterable[Spread], sigmas: Mapping[str, Floats]
) -> list[File]:
    """`sigmas`: of the noise in each group of sums, in the order of FLAGS."""
    tables = {each.name: records(each) for each in resources if each.name in _NEEDED}
    spreads = list(spreads)
    if not spreads:
        return []
    return [file for words in LANGUAGES.values() for file in _draw(tables, spreads, sigmas, words)]


_NEEDED = ("quantiles", "correlations", "pair_counts", "codebook")


def _draw(
    tables: Mapping[str, list[dict[str, object]]],
    spreads: Sequence[Spread],
    sigmas: Mapping[str, Floats],
    words: Words,
) -> Iterator[File]:
    noise = {flag: float(of) for flag, of in zip(FLAGS, sigmas["histograms"], strict=True)}
    clear = {
        (spread.name, flag)
        for spread in spreads
        for flag in spread.flags
        if is_above_noise(spread, flag, noise[flag])
    }
    yield Overview(tables["quantiles"], clear, words).draw()
    yield Heatmap(tables["correlations"], correlation_errors(tables, sigmas), words).draw()
    for spread in spreads:
        yield Distribution(spread, noise, words).draw()
