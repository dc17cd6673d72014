"""The table of the attacks in `reidentification`, and the same people as CSV for `with_anonymeter`."""

import csv
import sys
from pathlib import Path

import numpy as np

from tests.opendata.reidentification import ATTACKS, area_under_curve, closest_distances
from tests.opendata.releases import (
    COLUMNS,
    QUASI_IDENTIFIERS,
    Floats,
    Release,
    release_edition,
    release_k_anonymous,
    release_without_names,
    round_to_centimetres,
    sample,
)

NUMBER = 5_000
MEMBERS, STRANGERS = sample(NUMBER, 1), sample(NUMBER, 2)


def build_releases() -> dict[str, Release]:
    """Return all releases. The last one has unrelated people, as a baseline."""
    return {
        "names removed": release_without_names(MEMBERS),
        "k-anonymous": release_k_anonymous(MEMBERS),
        "Dressform": release_edition(MEMBERS),
        "unrelated people": Release(sample(10_000, 3)),
    }


def format_table(released: dict[str, Release]) -> str:
    """Format the success rates of each attack on members and on strangers."""
    heads = ["attack", *released]
    rows = [
        [name, *(_format_rates(name, release) for release in released.values())] for name in ATTACKS
    ]
    areas = [f"{_compute_area(release):.3f}" for release in released.values()]
    lines = [
        heads,
        ["---", *["---:"] * len(released)],
        *rows,
        ["membership, area under the curve", *areas],
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _format_rates(attack: str, release: Release) -> str:
    members, strangers = (ATTACKS[attack](release, each).rate for each in (MEMBERS, STRANGERS))
    return f"{members:.1%}, {strangers:.1%}"


def _compute_area(release: Release) -> float:
    return area_under_curve(
        closest_distances(release, MEMBERS), closest_distances(release, STRANGERS)
    )


def write_releases(folder: Path, released: dict[str, Release]) -> None:
    """Write a folder per release, with the attacked people in the precision of the release."""
    for name, release in released.items():
        exact = name != "names removed"
        _write(folder / name / "release.csv", release.rows)
        _write(folder / name / "members.csv", MEMBERS if exact else round_to_centimetres(MEMBERS))
        _write(
            folder / name / "strangers.csv", STRANGERS if exact else round_to_centimetres(STRANGERS)
        )
    (folder / "coarse.txt").write_text("\n".join(COLUMNS[at] for at in QUASI_IDENTIFIERS))


def _write(path: Path, rows: Floats) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows.astype(np.int64).tolist()])


def main(folder: Path) -> None:
    released = build_releases()
    write_releases(folder, released)
    print(format_table(released))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
