"""Bodies for tests: two of FreeSewing's sample sets (4.10.2), as numbers."""

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
