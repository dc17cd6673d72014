from dataclasses import dataclass

from dressform.sewing.silhouette.body_dimensions import BodyDimensions


@dataclass(frozen=True, slots=True)
class Levels:
    """The distance of each level below the waist."""

    shoulder: float
    chest: float
    armpit: float
    underbust: float
    hips: float
    seat: float
    upper_leg: float
    crotch: float
    knee: float
    ankle: float
    floor: float

    @classmethod
    def from_dimensions(cls, sizes: BodyDimensions) -> "Levels":
        floor, knee = sizes["waistToFloor"], sizes["waistToKnee"]
        return cls(
            shoulder=-sizes["hpsToWaistBack"],
            chest=sizes["hpsToBust"] - sizes["hpsToWaistBack"],
            armpit=-sizes["waistToArmpit"],
            underbust=-sizes["waistToUnderbust"] if sizes.breasts else 0.0,
            hips=sizes["waistToHips"],
            seat=sizes["waistToSeat"],
            upper_leg=sizes["waistToUpperLeg"],
            crotch=floor - sizes["inseam"],
            knee=knee,
            ankle=floor - 0.2 * abs(floor - knee),
            floor=floor,
        )
