import json
import math
from typing import Any

import pytest

from dressform.opendata.budget import RHO, delta
from dressform.opendata.codebook import CORE, FLAGS
from dressform.opendata.draws import CombinedDraws
from dressform.opendata.files import File
from dressform.opendata.files.privacy import describe_guarantee
from tests.opendata.files.conftest import drawn

Facts = dict[str, Any]


@pytest.fixture
def facts(edition: dict[str, File]) -> Facts:
    found: Facts = json.loads(edition["privacy.json"].content)
    return found


def test_each_epsilon_holds_for_its_delta_and_is_hardly_more_than_needed(facts: Facts) -> None:
    assert [each["delta"] for each in facts["epsilon_delta"]] == [1e-6, 1e-9]
    for each in facts["epsilon_delta"]:
        assert delta(each["epsilon"]) <= each["delta"] < delta(each["epsilon"] - 0.001)


def test_what_the_sums_and_the_gate_spend_is_all_that_is_stated(facts: Facts) -> None:
    gate = facts["gate"]
    spent = sum(each["rho"] for each in facts["sums"].values())

    assert math.isclose(spent + gate["rho_each_time"] * gate["most_times"], facts["rho"])
    assert facts["rho"] == RHO


def test_the_noise_is_what_the_stated_share_asks_for(facts: Facts) -> None:
    for share in facts["sums"].values():
        needed = share["sensitivity"] / math.sqrt(2 * share["rho"])

        assert math.isclose(share["sigma"], needed, rel_tol=1e-4)


def test_it_tells_the_code_the_codebook_and_what_it_does_not_cover(
    facts: Facts, draw: CombinedDraws
) -> None:
    assert facts["code"] == {"name": "dressform", "version": "0.1.0"}
    assert facts["codebook"]["name"] == draw.codebook.name
    assert facts["gate"]["least_contributors"] == draw.codebook.gate
    assert any("Several accounts" in each for each in facts["not_covered"])


def test_years_together_spend_no_more_and_have_the_noise_of_both() -> None:
    one, both = describe_guarantee(drawn(CORE, 2027)), describe_guarantee(drawn(CORE, 2027, 2028))

    assert both["rho"] == one["rho"]
    for name, share in one["sums"].items():
        assert set(both["sums"][name]["sigma"]) == set(FLAGS)
        for sigma in both["sums"][name]["sigma"].values():
            assert math.isclose(sigma, share["sigma"] * math.sqrt(2), rel_tol=1e-4)


def test_the_codebook_says_how_each_is_taken_where_bins_are_and_why(
    draw: CombinedDraws, edition: dict[str, File]
) -> None:
    book = json.loads(edition["codebook.json"].content)

    assert [each["measurement"] for each in book["measurements"]] == list(draw.codebook.names)
    assert "ANSUR II" in book["source"]
    waist = next(each for each in book["measurements"] if each["measurement"] == "waist")
    assert waist["label"] == "Waist"
    assert waist["lowest"] < waist["centre_with_breasts"]
