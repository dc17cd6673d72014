"""All that an edition says, from the noisy sums alone."""

from dressform.opendata.charts import correlations, quantiles, sizes
from dressform.opendata.draws import Together
from dressform.opendata.people import people
from dressform.opendata.population import groups
from dressform.opendata.raw import raw
from dressform.opendata.resources import Resource, number_rows


def resources(drawn: Together) -> list[Resource]:
    """Takes nothing else, so it tells nothing else."""
    codebook, sums = drawn.codebook, drawn.sums
    found = groups(drawn)
    return [
        number_rows(people(codebook, sums, found)),
        quantiles(codebook, found),
        correlations(found),
        sizes(codebook, found),
        *raw(codebook, sums),
    ]
