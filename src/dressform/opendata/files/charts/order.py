"""The order of measurements in charts, by place on the body from the head down."""

from collections.abc import Collection

_AROUND = "head neck highBust chest underbust waist hips seat biceps wrist upperLeg knee ankle heel"
_ACROSS = "shoulderToShoulder highBustFront bustFront bustSpan waistBack seatBack"
_SHOULDER = (
    "hpsToBust hpsToWaistFront hpsToWaistBack bustPointToUnderbust shoulderToElbow shoulderToWrist"
)
_WAIST = "waistToArmpit waistToUnderbust waistToHips waistToSeat waistToUpperLeg waistToKnee waistToFloor"
_LEG = "crossSeamFront crossSeam crotchDepth inseam"

_GROUPS = {
    "Around": _AROUND,
    "Across": _ACROSS,
    "Shoulder and arm": _SHOULDER,
    "From the waist": _WAIST,
    "Crotch and leg": _LEG,
    "Angle": "shoulderSlope",
}


def group_by_place(names: Collection[str]) -> dict[str, list[str]]:
    """Return the names by group title; those without a group come last."""
    known = {title: group.split() for title, group in _GROUPS.items()}
    placed = {name for group in known.values() for name in group}
    known["Others"] = sorted(set(names) - placed)
    found = {title: [each for each in group if each in names] for title, group in known.items()}
    return {title: group for title, group in found.items() if group}
