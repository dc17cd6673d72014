"""A table of numbers made private by MST or AIM, to compare with: `python marginals.py MST in.csv out.csv`.

It needs `dpmm` 0.1.9, which no other part of this repository does, in an environment of its own.
Every column holds the number of a bin, the last of which is for a missing value. rho is the whole of
an account's.
"""

import csv
import sys
from pathlib import Path

import pandas as pd
from dpmm.models.aim import AIMGM  # type: ignore[import-not-found]
from dpmm.models.base.mechanisms import cdp_rho  # type: ignore[import-not-found]
from dpmm.models.mst import MSTGM  # type: ignore[import-not-found]

RHO, DELTA, ROWS = 0.0676, 1e-9, 20_000
N_ITERS = 1_000
MODELS = {"MST": MSTGM, "AIM": AIMGM}


def _epsilon() -> float:
    """Return that with which these methods spend RHO, as they work it out themselves."""
    low, high = 0.01, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if cdp_rho(middle, DELTA) < RHO else (low, middle)
    return low


def main(method: str, source: Path, target: Path) -> None:
    with source.open() as file:
        bins = [int(number) for number in next(csv.reader(file))]
    table = pd.read_csv(source, skiprows=1)
    domain = dict(zip(table.columns, bins, strict=True))
    model = MODELS[method](
        epsilon=_epsilon(), delta=DELTA, domain=domain, n_jobs=1, n_iters=N_ITERS
    )
    model.fit(table)
    model.generate(n_records=ROWS).to_csv(target, index=False)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
