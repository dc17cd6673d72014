"""The table of anonymeter's attacks on the people that `own_attacks` wrote to a folder.

It runs in an environment of its own, since anonymeter needs another version of NumPy.
"""

import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd
from anonymeter.evaluators import InferenceEvaluator, LinkabilityEvaluator, SinglingOutEvaluator
from anonymeter.stats.confidence import EvaluationResults

ATTACKS = 2_000
# There are few such predicates: minima, maxima and unique values.
OF_ONE_COLUMN = 60
RELEASES = ("names removed", "k-anonymous", "Dressform", "unrelated people")


@dataclass(frozen=True)
class People:
    """The released rows, members and strangers.

    `kept` has the columns that no release coarsens.
    """

    release: pd.DataFrame
    members: pd.DataFrame
    strangers: pd.DataFrame
    kept: list[str]

    @classmethod
    def read(cls, folder: Path) -> "People":
        coarse = (folder.parent / "coarse.txt").read_text().split()
        names = ("release", "members", "strangers")
        release, members, strangers = (pd.read_csv(folder / f"{name}.csv") for name in names)
        return cls(release, members, strangers, [str(at) for at in members if at not in coarse])

    @property
    def sides(self) -> dict[str, pd.DataFrame]:
        """Return the tables by the parameter names of anonymeter."""
        return {"ori": self.members, "syn": self.release, "control": self.strangers}


def single_out(people: People, *, mode: str, attacks: int) -> EvaluationResults:
    evaluator = SinglingOutEvaluator(**people.sides, n_attacks=attacks, n_cols=4, seed=1)
    return evaluator.evaluate(mode=mode).results()


def link(people: People) -> EvaluationResults:
    halves = people.kept[::2], people.kept[1::2]
    return (
        LinkabilityEvaluator(**people.sides, n_attacks=ATTACKS, aux_cols=halves)
        .evaluate()
        .results()
    )


def infer(people: People, *, secret: str) -> EvaluationResults:
    known = [name for name in people.kept if name != secret]
    evaluator = InferenceEvaluator(**people.sides, n_attacks=ATTACKS, aux_cols=known, secret=secret)
    return evaluator.evaluate().results()


ATTACK_FUNCTIONS: Mapping[str, Callable[[People], EvaluationResults]] = {
    "singling out by one measurement": partial(
        single_out, mode="univariate", attacks=OF_ONE_COLUMN
    ),
    "singling out by four": partial(single_out, mode="multivariate", attacks=ATTACKS),
    "linkability": link,
    "inference of the chest": partial(infer, secret="chest"),
    "inference of the waist": partial(infer, secret="waist"),
}


def format_cells(results: EvaluationResults) -> list[str]:
    """Format the success rates, and anonymeter's risk with its 95 % interval."""
    risk = results.risk()
    low, high = risk.ci
    return [
        f"{results.n_success / results.n_attacks_ori:.1%}",
        f"{results.n_control / results.n_attacks_control:.1%}",
        f"{risk.value:.3f} ({low:.3f} to {high:.3f})",
    ]


def format_table(everyone: Mapping[str, People]) -> str:
    rows = [
        [attack, name, *format_cells(measure(people))]
        for attack, measure in ATTACK_FUNCTIONS.items()
        for name, people in everyone.items()
    ]
    heads = ["attack", "release", "members", "strangers", "risk"]
    lines = [heads, ["---", "---", "---:", "---:", "---:"], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(folder: Path) -> None:
    # A failing attack is the expected result.
    warnings.filterwarnings("ignore", "Attack is as good or worse as baseline")
    print(format_table({name: People.read(folder / name) for name in RELEASES}))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
