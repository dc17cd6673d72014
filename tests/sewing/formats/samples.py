"""Files for tests, with the oddities of real ones; each was written for this."""

from collections.abc import Iterable, Mapping

from hypothesis import strategies as st

from dressform.sewing.catalogue import CATALOGUE, Kind
from dressform.sewing.formats import Found, Outcome

LENGTHS = st.floats(min_value=0, max_value=10_000, exclude_min=True)
ANGLES = st.floats(min_value=0, max_value=90, exclude_min=True, exclude_max=True)

MEASUREMENTS = st.fixed_dictionaries(
    {},
    optional={
        name: LENGTHS if each.kind is Kind.LENGTH else ANGLES for name, each in CATALOGUE.items()
    },
)


def smis(
    *measurements: str,
    unit: str = "cm",
    root: str = "smis",
    version: str = "0.3.4",
    notes: str = "",
    personal: str = "",
) -> bytes:
    """Each measurement on a line of its own, the first on line 9."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<{root}><!--Made by hand-->",
        f"  <version>{version}</version>",
        f"  <read-only>false</read-only><notes>{notes}</notes>",
        f"  <unit>{unit}</unit>",
        "  <pm_system>998</pm_system>",
        f"  <personal>{personal}</personal>",
        "  <body-measurements>",
        *(f"    <m {measurement}/>" for measurement in measurements),
        f"  </body-measurements></{root}>",
    ]
    return "\n".join(lines).encode()


def taken(found: Found) -> Mapping[str, float]:
    """Of the only model."""
    (model,) = found.models
    return model.measurements


def told(found: Found) -> Iterable[tuple[int, str, str]]:
    """Line, entry and outcome of each."""
    return [(line.line, line.entry, line.outcome.value) for line in found.report]


def reasons(found: Found) -> list[str | None]:
    """In English, of each in its order."""
    return [line.reason["en"] if line.reason else None for line in found.report]


def left_out(found: Found) -> list[tuple[int, str]]:
    return [(line.line, line.entry) for line in found.report if line.outcome is Outcome.LEFT_OUT]
