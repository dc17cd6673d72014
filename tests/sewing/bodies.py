"""Bodies for tests: FreeSewing's sample sets (4.10.2), as numbers."""

import json
from pathlib import Path

WITH_BREASTS: dict[str, float] = {
    "ankle": 245, "biceps": 270, "bustFront": 480, "bustPointToUnderbust": 100, "bustSpan": 160,
    "chest": 925, "crossSeam": 740, "crossSeamFront": 370, "crotchDepth": 270, "heel": 315,
    "head": 565, "highBust": 865, "highBustFront": 440, "hips": 900, "hpsToBust": 275,
    "hpsToWaistBack": 395, "hpsToWaistFront": 400, "inseam": 765, "knee": 380, "neck": 340,
    "seat": 1010, "seatBack": 520, "shoulderSlope": 13, "shoulderToElbow": 340,
    "shoulderToShoulder": 415, "shoulderToWrist": 590, "underbust": 780, "upperLeg": 570,
    "waist": 750, "waistBack": 380, "waistToArmpit": 170, "waistToFloor": 1050,
    "waistToHips": 125, "waistToKnee": 600, "waistToSeat": 250, "waistToUnderbust": 80,
    "waistToUpperLeg": 285, "wrist": 165,
}  # fmt: skip

WITHOUT: dict[str, float] = {
    "ankle": 260, "biceps": 387, "chest": 1105, "crossSeam": 925, "crossSeamFront": 436,
    "crotchDepth": 363, "heel": 369, "head": 612, "hips": 928, "hpsToBust": 299,
    "hpsToWaistBack": 502, "inseam": 801, "knee": 438, "neck": 420, "seat": 1084, "seatBack": 595,
    "shoulderSlope": 13, "shoulderToElbow": 379, "shoulderToShoulder": 481,
    "shoulderToWrist": 650, "upperLeg": 655, "waist": 882, "waistBack": 447, "waistToArmpit": 224,
    "waistToFloor": 1209, "waistToHips": 139, "waistToKnee": 684, "waistToSeat": 288,
    "waistToUpperLeg": 363, "wrist": 184,
}  # fmt: skip

_SAMPLES = json.loads(Path(__file__).with_name("freesewing.json").read_text())
_FLAGS = {True: "with_breasts", False: "without_breasts"}


def _load_adults() -> dict[str, tuple[dict[str, float], bool]]:
    found = {}
    for breasts, key in _FLAGS.items():
        columns = _SAMPLES[key]
        for at, neck in enumerate(columns["neck"]):
            found[f"{key} {neck}"] = ({n: column[at] for n, column in columns.items()}, breasts)
    return found


def scale_body(body: dict[str, float], size: float) -> dict[str, float]:
    """Scale all measurements but the slope, as FreeSewing does for dolls and giants."""
    return {name: value * (1 if name == "shoulderSlope" else size) for name, value in body.items()}


ADULTS = _load_adults()
"""Each with all 38 measurements, and its flag."""

DOLLS_AND_GIANTS = {
    f"{size:g} of {name}": (scale_body(ADULTS[name][0], size), ADULTS[name][1])
    for name in ("with_breasts 340", "without_breasts 380")
    for size in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1.5, 2, 2.5, 3)
}
