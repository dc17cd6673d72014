"""Sample files with the peculiarities of real ones."""

from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import strategies as st

from dressform.sewing.catalogue import CATALOGUE, Kind
from dressform.sewing.formats import ImportResult, Outcome

LENGTHS = st.floats(min_value=0, max_value=10_000, exclude_min=True)
ANGLES = st.floats(min_value=0, max_value=90, exclude_min=True, exclude_max=True)

MEASUREMENTS = st.fixed_dictionaries(
    {},
    optional={
        name: LENGTHS if each.kind is Kind.LENGTH else ANGLES for name, each in CATALOGUE.items()
    },
)


def make_smis(
    *measurements: str,
    unit: str = "cm",
    root: str = "smis",
    version: str = "0.3.4",
    notes: str = "",
    personal: str = "",
) -> bytes:
    """Return a .smis file with one measurement per line, from line 9 on."""
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


def get_values(found: ImportResult) -> Mapping[str, float]:
    """Return the measurements of the only model."""
    (model,) = found.models
    return model.measurements


def list_entries(found: ImportResult) -> Iterable[tuple[int, str, str]]:
    """Return line, entry and outcome of each report."""
    return [(line.line, line.entry, line.outcome.value) for line in found.report]


def list_reasons(found: ImportResult) -> list[str | None]:
    """Return the English reasons of all entries, in order."""
    return [line.reason["en"] if line.reason else None for line in found.report]


def list_left_out(found: ImportResult) -> list[tuple[int, str]]:
    return [(line.line, line.entry) for line in found.report if line.outcome is Outcome.LEFT_OUT]


REAL = b"""<?xml version="1.0" encoding="UTF-8"?>
<smis>
    <version>0.3.4</version>
    <read-only>false</read-only>
    <notes>Fitted on 3 May, for Philippine</notes>
    <unit>cm</unit>
    <pm_system>998</pm_system>
    <personal>
        <family-name>Quetzal</family-name>
        <given-name>Philippine</given-name>
        <birth-date>1987-06-05</birth-date>
        <gender>female</gender>
        <email>philippine@sewing.example</email>
    </personal>
    <body-measurements>
        <m name="bust_circ " value="92.5 "/>
        <m name="neck_circ" value="34"/>
        <m name="waist_circ" value="0"/>
        <m name="hip_circ" value=""/>
        <m name="bust_arc_f" value="(bust_circ / 2 + 1.75)"/>
        <m name="highhip_circ" value="waist_circ + @ease"/>
        <m name="hip_arc_b" value="floor(50)"/>
        <m name="@ease" value="4"/>
        <m name="height" value="170"/>
        <m name="bust_circ" value="95"/>
        <m name="shoulder_slope_neck_side_angle" value="13.5"/>
        <m name="waist_to_highhip_side" value="12,5"/>
        <m name="leg_knee_circ" value="4000"/>
    </body-measurements>
</smis>"""

EXPORT: dict[str, Any] = {
    "id": 1201,
    "email": "philippine@sewing.example",
    "username": "philippine",
    "bio": "I sew for pangolins",
    "sets": [
        {"name": "Philippine", "imperial": True, "measies": {"chest": 925, "neck": 340.5}},
        {"name": "Uncle", "notes": "broad", "measies": {"chest": 1105, "shoulderSlope": 13}},
        {"name": "Nobody yet", "measies": {}},
    ],
}
