"""A comparison with other methods of publication at the same rho: `python -m tests.opendata.compared FOLDER`.

It writes the contributions into FOLDER as input of `marginals.py`. If the output of that is there
(`MST-….csv`, `AIM-….csv`), a second run adds their errors.
"""

import csv
import sys
from pathlib import Path

import numpy as np

from dressform.opendata.codebook import CORE, SMALL, Codebook, Item
from tests.opendata.accuracy import Floats, draw_contributions, get_truth, measure_errors
from tests.opendata.population import NAMES, RARE

_FLAG, _POPULATION, _SEED = "with_breasts", "civilians", 1
_CASES = ((SMALL, 1_000), (CORE, 5_000))
_MIN_PAIRS = 2


def _draw_values(codebook: Codebook, number: int) -> Floats:
    values = draw_contributions(_POPULATION, _FLAG, number, 2 * _SEED)
    return values[:, [NAMES.index(name) for name in codebook.names]]


def _write_bins(codebook: Codebook, number: int, path: Path) -> None:
    """Write each value's bin number; a missing value has the number after the last bin."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([item.bins + 1 for item in codebook.items])
        writer.writerow(codebook.names)
        columns = [
            np.where(np.isnan(column), item.bins, _assign_bins(item, column))
            for item, column in zip(codebook.items, _draw_values(codebook, number).T, strict=True)
        ]
        writer.writerows(np.array(columns, np.int64).T.tolist())


def _assign_bins(item: Item, column: Floats) -> Floats:
    return np.clip((np.nan_to_num(column) - item.lowest) // item.width, 0, item.bins - 1)


def _read_rows(codebook: Codebook, path: Path) -> Floats:
    """Read rows; each value is drawn uniformly from its bin."""
    random = np.random.default_rng(0)
    with path.open() as file:
        rows = [[int(row[name]) for name in codebook.names] for row in csv.DictReader(file)]
    bins = np.array(rows, float)
    lowest = np.array([item.lowest for item in codebook.items])
    width = np.array([item.width for item in codebook.items])
    missing = np.array([item.bins for item in codebook.items])
    return np.where(bins == missing, np.nan, lowest + (bins + random.random(bins.shape)) * width)


def _measure_errors(codebook: Codebook, values: Floats) -> tuple[float, ...]:
    """Return the errors over the measurements that an edition shows, from rows with NaN."""
    names = [name for name in codebook.names if name not in RARE]
    columns = [codebook.names.index(name) for name in names]
    rows, true = values[:, columns], get_truth(_POPULATION, _FLAG).select(names)
    off = [
        np.mean(np.abs(np.nanquantile(rows, share, axis=0) - true.quantile(share)))
        for share in (0.5, 0.05, 0.95)
    ]
    found = np.abs(_compute_correlations(rows) - true.correlations)[np.triu_indices(len(names), 1)]
    return float(off[0]), float((off[1] + off[2]) / 2), float(found.mean())


def _compute_correlations(rows: Floats) -> Floats:
    found = np.eye(rows.shape[1])
    for i in range(len(found)):
        for j in range(i):
            both = rows[~np.isnan(rows[:, i]) & ~np.isnan(rows[:, j])][:, [i, j]]
            if len(both) > _MIN_PAIRS:
                found[i, j] = found[j, i] = np.asarray(np.corrcoef(both.T))[0, 1]
    return found


def main(folder: Path) -> None:
    for codebook, number in _CASES:
        name = f"{codebook.name}-{number}.csv"
        _write_bins(codebook, number, folder / name)
        print(f"{codebook.name}, {number:,} contributors")  # noqa: T201
        plain = _measure_errors(codebook, _draw_values(codebook, number))
        _print_row("no privacy", plain)
        ((errors, _),) = measure_errors(codebook, _POPULATION, (number, 0), _SEED)
        _print_row("Dressform", (errors.median, errors.percentiles, errors.correlations))
        for method in ("MST", "AIM"):
            if (made := folder / f"{method}-{name}").exists():
                _print_row(method, _measure_errors(codebook, _read_rows(codebook, made)))


def _print_row(what: str, errors: tuple[float, ...]) -> None:
    median, percentiles, correlations = errors
    print(f"| {what} | {median:.1f} mm | {percentiles:.1f} mm | {correlations:.3f} |")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
