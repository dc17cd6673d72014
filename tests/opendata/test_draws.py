"""Draws that are added up: their sums, their noise, and which flags are enough."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from dressform.opendata.budget import list_shares
from dressform.opendata.codebook import CODEBOOKS, CORE, FLAGS, FULL, OFFERED, SMALL, Codebook
from dressform.opendata.draws import Draw, combine
from dressform.opendata.files import build_edition_files
from dressform.opendata.files.edition_info import Publisher
from dressform.opendata.noise import add_noise
from dressform.opendata.sums import Sums
from dressform.opendata.years import draw_date


def draw(
    codebook: Codebook, *, year: int = 2027, flags: tuple[str, ...] = FLAGS, people: int = 600
) -> Draw:
    """As many people of each of these flags, all in the first bin of everything."""
    exact = Sums.zeros(codebook)
    for place, flag in enumerate(FLAGS):
        if flag in flags:
            exact.flags[place] = people
            exact.histograms[place, :, 0] = people
    return Draw(year, codebook, exact, people, draw_date(year), flags)


def test_each_codebook_has_what_the_smaller_one_has() -> None:
    for smaller, larger in pairwise(OFFERED):
        assert set(smaller.names) < set(larger.names)
        assert smaller.gate < larger.gate
        assert larger.items[0].bins % smaller.items[0].bins == 0


@pytest.mark.parametrize("other", [CORE, FULL], ids=["core", "full"])
def test_together_has_what_all_have_in_the_bins_of_the_smallest(other: Codebook) -> None:
    both = combine([draw(SMALL), draw(other, year=2028)])

    assert both.codebook is SMALL
    assert both.years == (2027, 2028)
    assert both.sums.histograms[:, :, 0].tolist() == [[1_200] * 8] * 2
    for small in SMALL.items:
        same = next(item for item in other.items if item.name == small.name)
        assert (small.lowest, small.highest) == (same.lowest, same.highest)


def test_variances_add_up_over_the_draws_that_took_the_flag() -> None:
    both = combine([draw(SMALL), draw(CORE, year=2028, flags=("with_breasts",))])

    for name in ("flags", "pair_counts", "second_moments"):
        small, core = (list_shares(each)[name].sigma for each in (SMALL, CORE))
        assert both.sigmas[name] == pytest.approx([np.hypot(small, core), small])
    # Two bins of the larger codebook make one of the smaller one.
    small, core = (list_shares(each)["histograms"].sigma for each in (SMALL, CORE))
    assert both.sigmas["histograms"] == pytest.approx([np.sqrt(small**2 + 2 * core**2), small])


def test_the_noise_that_is_stated_is_the_noise_that_there_is() -> None:
    """Of many draws together, in each group of sums."""
    nothing = [replace(draw(each, people=0), sums=Sums.zeros(each)) for each in (SMALL, CORE)]
    many = [
        combine([replace(each, sums=add_noise(each.codebook, each.sums)) for each in nothing])
        for _ in range(40)
    ]

    for name in ("histograms", "pair_counts", "second_moments"):
        found = np.array([each.sums.groups[name] for each in many], float)
        for place in range(len(FLAGS)):
            spread = found[:, place].std()
            assert spread == pytest.approx(many[0].sigmas[name][place], rel=0.1), name


def test_a_flag_that_was_taken_is_shown_and_another_is_not() -> None:
    one = combine([draw(SMALL, flags=("with_breasts",))])

    assert one.taken == one.shown == ("with_breasts",)


def test_a_flag_that_was_taken_before_there_was_a_gate_for_it_is_shown_from_500_on() -> None:
    first = CODEBOOKS["core-1"]
    few = draw(first, people=300)

    assert combine([few]).taken == FLAGS
    assert combine([few]).shown == ()
    assert combine([few, replace(few, year=2028)]).shown == FLAGS


def test_an_edition_in_which_no_flag_is_enough_has_its_sums_and_nothing_else() -> None:
    few = combine([draw(CODEBOOKS["core-1"], people=300)])

    files = build_edition_files(
        few, published=draw_date(2027), publisher=Publisher("X", "https://x"), version="1"
    )

    lines = {file.name: file.content.count(b"\n") for file in files}
    for name in ("people", "quantiles", "correlations", "sizes"):
        assert lines[f"{name}.csv"] == 1, name
    assert lines["flags.csv"] == 1 + len(FLAGS)
