"""The tables of an edition, computed from the noisy sums alone."""

from collections.abc import Mapping

from dressform.opendata.draws import CombinedDraws
from dressform.opendata.population import Group, estimate_groups
from dressform.opendata.raw import build_raw_tables
from dressform.opendata.resources import Resource, number_rows
from dressform.opendata.sizes import build_size_charts
from dressform.opendata.summary_tables import build_correlations, build_quantiles
from dressform.opendata.synthetic_records import build_synthetic_records


def build_tables(combined: CombinedDraws) -> list[Resource]:
    """Return all tables. The noisy sums are the only input."""
    return build_tables_from_groups(combined, estimate_groups(combined))


def build_tables_from_groups(combined: CombinedDraws, found: Mapping[str, Group]) -> list[Resource]:
    """Return all tables; `found` has the estimated groups of the same draws."""
    codebook = combined.codebook
    return [
        number_rows(build_synthetic_records(codebook, combined.sums, found)),
        build_quantiles(codebook, found),
        build_correlations(found),
        build_size_charts(codebook, found),
        *build_raw_tables(combined),
    ]
