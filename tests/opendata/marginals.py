"""Private tables by MST or AIM, for a comparison: `python marginals.py MST in.csv out.csv`.

It needs an environment of its own with `dpmm` 0.1.9. Each column has bin numbers, the last of which
stands for a missing value. RHO is the whole budget of an account.
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
    """Return the epsilon for which these methods compute RHO."""
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
