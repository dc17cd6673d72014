"""`quality.json`: the expected errors of the edition."""

from collections.abc import Sequence

from dressform.opendata.files.edition_info import EditionInfo, File
from dressform.opendata.files.json_text import json_text
from dressform.opendata.quality import Quality, to_json

_METHOD = (
    "Expected mean errors against the population that the contributors come from, worked out from the "
    "noisy sums alone: from the standard error of each median, percentile (5th and 95th) and correlation, "
    "which follows from the known noise and from how many gave the measurements. An error against the "
    "contributors themselves would tell about them and is never computed. mm: over all lengths."
)


def build_quality(expected: Sequence[Quality], info: EditionInfo) -> File:
    content = {
        "edition": info.edition,
        "codebook": info.codebook,
        "method": _METHOD,
        "flags": to_json(expected),
    }
    return File("quality.json", "application/json", "How far off it is", json_text(content))
