"""The places of measurements on a figure."""

from dataclasses import dataclass

from dressform.sewing.silhouette.figure import Figure


@dataclass(frozen=True, slots=True)
class Tape:
    """A tape from `start` to `end`; `sag` curves one that goes around the body."""

    name: str
    start: complex
    end: complex
    sag: complex = 0

    @property
    def points(self) -> tuple[complex, complex, complex, complex]:
        """Return the points of a cubic Bézier curve."""
        quarter = (self.end - self.start) / 4
        return self.start, self.start + quarter + self.sag, self.end - quarter + self.sag, self.end


def curved_tape(name: str, start: complex, end: complex) -> Tape:
    """Return a tape that goes around the body."""
    return Tape(name, start, end, 0.1j * (end - start))


def list_tapes(figure: Figure) -> list[Tape]:
    """Return the tapes of all circumferences and of the shoulders, from left to right."""
    tip = figure.tip.at
    return [
        *(_level_tape(name, complex(0, y), figure) for name, y in _trunk_heights(figure).items()),
        *(_level_tape(name, at, figure) for name, at in figure.leg.middles.items()),
        *(curved_tape(name, *ends) for name, ends in figure.arm.tapes.items()),
        Tape("shoulderToShoulder", -tip.conjugate(), tip),
    ]


def _trunk_heights(figure: Figure) -> dict[str, float]:
    levels = figure.levels
    found = {"head": figure.temples, "neck": levels.shoulder, "chest": levels.chest, "waist": 0.0}
    found |= {"hips": levels.hips, "seat": levels.seat}
    bust = {"highBust": levels.armpit, "underbust": levels.underbust}
    return found | (bust if figure.sizes.breasts else {})


def _level_tape(name: str, middle: complex, figure: Figure) -> Tape:
    half = figure.sizes.half_width(name)
    return curved_tape(name, middle - half, middle + half)


def list_heights(figure: Figure) -> dict[str, float]:
    """Return for each vertical length the level of its end below the waist."""
    levels = figure.levels
    ends = {
        "hpsToWaistBack": levels.shoulder,
        "waistToArmpit": levels.armpit,
        "hpsToBust": levels.chest,
        "waistToHips": levels.hips,
        "waistToSeat": levels.seat,
        "waistToUpperLeg": levels.upper_leg,
        "inseam": levels.crotch,
        "waistToKnee": levels.knee,
        "waistToFloor": levels.floor,
    }
    return ends | ({"waistToUnderbust": levels.underbust} if figure.sizes.breasts else {})


def list_arm_points(figure: Figure) -> dict[str, complex]:
    """Return the points at the left for the arm's lengths and the shoulder's slope."""
    neck = complex(figure.sizes.half_width("neck"), figure.levels.shoulder)
    ends = {"shoulderSlope": (neck + figure.tip.at) / 2} | figure.arm.ends
    return {name: -at.conjugate() for name, at in ends.items()}
