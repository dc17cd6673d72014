"""All that an edition says, from the noisy sums alone."""

from dressform.opendata.charts import correlations, quantiles, sizes
from dressform.opendata.codebook import Codebook
from dressform.opendata.people import people
from dressform.opendata.population import groups
from dressform.opendata.raw import raw
from dressform.opendata.resources import Resource
from dressform.opendata.sums import Sums


def resources(codebook: Codebook, sums: Sums, *, draws: int = 1) -> list[Resource]:
    """Of the noisy `sums`, of so many draws added up. Takes nothing else, so it tells nothing else."""
    found = groups(codebook, sums, draws)
    return [
        people(codebook, sums, found),
        quantiles(codebook, found),
        correlations(found),
        sizes(codebook, found),
        *raw(codebook, sums),
    ]
