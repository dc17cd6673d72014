"""All that an edition says, from the noisy sums alone."""

from collections.abc import Mapping

from dressform.opendata.draws import Together
from dressform.opendata.population import Group, groups
from dressform.opendata.raw import raw
from dressform.opendata.resources import Resource, number_rows
from dressform.opendata.sizes import sizes
from dressform.opendata.summary_tables import correlations, quantiles
from dressform.opendata.synthetic_records import people


def resources(drawn: Together) -> list[Resource]:
    """Takes nothing else, so it tells nothing else."""
    return tables(drawn, groups(drawn))


def tables(drawn: Together, found: Mapping[str, Group]) -> list[Resource]:
    """`found`: the groups of these draws."""
    codebook = drawn.codebook
    return [
        number_rows(people(codebook, drawn.sums, found)),
        quantiles(codebook, found),
        correlations(found),
        sizes(codebook, found),
        *raw(drawn),
    ]
