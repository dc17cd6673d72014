"""All that an edition says, from the noisy sums alone."""

from collections.abc import Mapping

from dressform.opendata.draws import CombinedDraws
from dressform.opendata.population import Group, estimate_groups
from dressform.opendata.raw import build_raw_tables
from dressform.opendata.resources import Resource, number_rows
from dressform.opendata.sizes import build_size_charts
from dressform.opendata.summary_tables import build_correlations, build_quantiles
from dressform.opendata.synthetic_records import build_synthetic_records


def build_tables(drawn: CombinedDraws) -> list[Resource]:
    """Takes nothing else, so it tells nothing else."""
    return build_tables_from_groups(drawn, estimate_groups(drawn))


def build_tables_from_groups(drawn: CombinedDraws, found: Mapping[str, Group]) -> list[Resource]:
    """`found`: the groups of these draws."""
    codebook = drawn.codebook
    return [
        number_rows(build_synthetic_records(codebook, drawn.sums, found)),
        build_quantiles(codebook, found),
        build_correlations(found),
        build_size_charts(codebook, found),
        *build_raw_tables(drawn),
    ]
