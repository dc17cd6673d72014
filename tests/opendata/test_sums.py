"""A body goes into each sum once, as itself."""

import numpy as np

from dressform.opendata.budget import QUANTIZATION_STEPS
from dressform.opendata.codebook import CORE, FLAGS, FULL
from dressform.opendata.sums import SumAccumulator

SCALE_FARTHER = {
    flag: {item.name: item.centre[flag] + item.scale[flag] for item in CORE.items} for flag in FLAGS
}
"""A body that is one scale beyond the centre in everything."""


def test_a_body_adds_one_to_each_of_its_counts_and_its_products() -> None:
    pairs = len(CORE.pairs)

    found = SumAccumulator(CORE).sum_bodies([(False, SCALE_FARTHER["without_breasts"])])

    assert found.flags.tolist() == [0, 1]
    assert found.histograms.sum(axis=2).tolist() == [[0] * 20, [1] * 20]
    assert found.pair_counts.tolist() == [[0] * pairs, [1] * pairs]
    assert found.second_moments.tolist() == [[0] * pairs, [QUANTIZATION_STEPS**2] * pairs]


def test_what_does_not_go_with_the_flag_is_not_added() -> None:
    bust = FULL.names.index("bustFront")
    body = {"bustFront": 480, "neck": 340}

    with_breasts, without = (
        SumAccumulator(FULL).sum_bodies([(breasts, body)]) for breasts in (True, False)
    )

    assert with_breasts.histograms[0, bust].sum() == 1
    assert with_breasts.pair_counts.sum() == 1
    assert not without.histograms[:, bust].any()
    assert not without.pair_counts.any()


def test_nobody_adds_nothing() -> None:
    assert not any(np.any(group) for group in SumAccumulator(FULL).sum_bodies([]).groups.values())
