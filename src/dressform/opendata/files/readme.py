"""README, licence and checksums."""

from collections.abc import Iterable, Sequence
from textwrap import fill

from dressform.opendata.budget import round_up
from dressform.opendata.files.edition_info import (
    LICENCE,
    LICENCE_ADDRESS,
    LICENCE_TITLE,
    EditionInfo,
    File,
)
from dressform.opendata.quality import Quality
from dressform.opendata.resources import Resource

_WIDTH = 100

_BEGIN = """## How to begin

`example.py` (pandas) and `example.R` (no package) read the tables and print a little of each: run them in
this folder. `CITATION.cff` says how to cite the dataset, which is not required."""

_COLUMNS = """## Columns

Lengths are in millimetres, angles in degrees. Every table is there as CSV (UTF-8, a header, CRLF,
nothing where there is no value) and as Parquet."""

_CHECKED = """## How to check it

- `sha256sum -c SHA256SUMS` says whether all files are as they were published.
- `frictionless validate datapackage.json` says whether the tables hold what that file says of them.
- `mlcroissant validate --jsonld croissant.json` does so for `croissant.json`.
- `people`, `quantiles`, `correlations` and `sizes` follow from the noisy sums: the program that made
  them is free software."""

_PICTURES = """## Pictures

`quantiles.en.svg` shows all measurements at a glance, `correlations.en.svg` how they go together, and
`distributions-….en.svg` one measurement each, with the noisy counts behind the curve. What may be
noise alone is hatched. Each is there in French, too: `….fr.svg`."""

_LICENSE = f"""{LICENCE_TITLE}

SPDX-License-Identifier: {LICENCE}
The legal text: {LICENCE_ADDRESS}legalcode

To the extent possible under law, the publisher has waived all copyright and related or
neighbouring rights to this dataset. Copy it, change it, publish it and sell what you make of it;
you need not ask or name anyone.
"""


def build_licence() -> File:
    return File("LICENSE", "text/plain; charset=utf-8", LICENCE_TITLE, _LICENSE.encode())


def build_checksums(files: Iterable[File]) -> File:
    """Return the checksums in the format of `sha256sum -c`."""
    lines = [f"{file.sha256}  {file.name}\n" for file in files]
    return File(
        "SHA256SUMS", "text/plain; charset=utf-8", "SHA-256 of all files", "".join(lines).encode()
    )


def build_readme(
    resources: Sequence[Resource], info: EditionInfo, expected: Sequence[Quality] = ()
) -> File:
    parts = [
        f"# {info.title}",
        fill(info.description, _WIDTH),
        f"Published on {info.day} by {info.publisher.name}; it will never change:\n<{info.page}>",
        _BEGIN,
        *_describe_method(info),
        *_describe_guarantee(info),
        *_describe_quality(expected),
        _CHECKED,
        _PICTURES,
        _COLUMNS,
        *(_describe_columns(resource) for resource in resources),
    ]
    content = "\n\n".join(parts) + "\n"
    return File("README.md", "text/markdown; charset=utf-8", "Read me", content.encode())


def _describe_method(info: EditionInfo) -> list[str]:
    several = len(info.years) > 1
    drawn = (
        f"It adds up the draws of {', '.join(map(str, info.years))}; no person is in two of them."
        if several
        else f"It is the draw of {info.years[0]}; no person in it was in one before, or will be again."
    )
    return [
        "## How it was made",
        fill(
            "Members of a made-to-measure sewing site who agreed to it each gave the measurements of "
            "one body, once in the life of their account. These were added up to whole numbers: how "
            "many had a chest of so many centimetres, how many gave both chest and waist, how the two go "
            "together. To every sum, noise was added: exact, random, and as large as the promise "
            f"below asks for. {drawn}",
            _WIDTH,
        ),
        fill(
            "Everything else was worked out from the noisy sums alone, which are in here, too "
            "(`flags`, `histograms`, `pair_counts`, `second_moments`), so that you can do it again, "
            "or do it better. What the sums are taken over was written down before any "
            "contribution: `codebook.json`.",
            _WIDTH,
        ),
    ]


def _describe_guarantee(info: EditionInfo) -> list[str]:
    facts = info.privacy
    more = round_up(100 * float(facts["advantage"]), 1)
    pairs = " or ".join(
        f"({round_up(each['epsilon'], 3):.3f}, {each['delta']:.0e})"
        for each in facts["epsilon_delta"]
    )
    return [
        "## What is promised to those who contributed",
        fill(
            "Say that an attacker knows the measurements of everyone else, and of one person all but "
            "whether she took part. This dataset hardly helps them to find out. Any rule that they "
            "guess by finds a share of those who took part, and takes for one of them a share of "
            f"those who didn't: the first is at most {more:g} points above the second. By tossing a "
            "coin it is 0. That holds with everything else that is known or will be published, and when an "
            "account is deleted nothing in here has to change.",
            _WIDTH,
        ),
        fill(
            f"In the field's terms: per account, for life, rho = {facts['rho']} "
            f"({facts['definition'].lower()}), which is Gaussian differential privacy with mu = "
            f"{round_up(facts['mu'], 3)}, or (epsilon, delta) = {pairs}. `privacy.json` has it all.",
            _WIDTH,
        ),
        "What is not promised:\n\n"
        + "\n".join(_format_item(each) for each in facts["not_covered"]),
    ]


def _describe_quality(expected: Sequence[Quality]) -> list[str]:
    """Describe the expected errors per flag."""
    if not expected:
        return []
    text = (
        "Each number stands beside its standard error, of the noise and of chance; what the noise hides "
        "is left empty. On average over measurements, expected from the noisy sums alone "
        "(`quality.json`):"
    )
    return [
        "## How far off it is",
        fill(text, _WIDTH),
        "\n".join(map(_format_item, map(_describe_group, expected))),
    ]


def _describe_group(quality: Quality) -> str:
    flag = f"`{quality.flag}`"
    if not quality.shown:
        return f"{flag}: too few contributed. Nothing is worked out of them."
    left_out = f"; left out, as too few gave it: {', '.join(quality.left_out)}"
    return (
        f"{flag}: about {quality.people:,} people (give or take {quality.people_standard_error}), "
        f"{quality.measurements} measurements. Medians are off by {_format_error(quality.median_mm)} mm, the "
        f"5th and 95th percentiles by {_format_error(quality.percentiles_mm)} mm, correlations by "
        f"{_format_error(quality.correlations)}{left_out if quality.left_out else ''}."
    )


def _format_error(error: float | None) -> str:
    return "an unknown" if error is None else f"{error:g}"


def _format_item(text: str) -> str:
    return fill(text, _WIDTH, initial_indent="- ", subsequent_indent="  ")


def _describe_columns(resource: Resource) -> str:
    heading = (
        f"### `{resource.name}`: {resource.title.lower()}\n\n{fill(resource.description, _WIDTH)}"
    )
    rows = [
        f"| `{field.name}` | {field.type} | {field.unit or ''} | {field.description} |"
        for field in resource.fields
    ]
    table = "\n".join(["| column | type | unit | |", "| --- | --- | --- | --- |", *rows])
    return f"{heading}\n\n{len(resource.rows):,} rows.\n\n{table}"
