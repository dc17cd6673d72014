"""A calm front view of a body, by which its owner sees at a glance that a number is off.

It follows from the measurements alone. What goes round a body is drawn as the breadth of an
ellipse of that circumference; how deep each is beside its breadth stands in `silhouette.json`. What
was not measured is estimated, and dashed.
"""

from collections.abc import Mapping

from dressform.sewing.silhouette.body_dimensions import BodyDimensions
from dressform.sewing.silhouette.captions import Captions
from dressform.sewing.silhouette.renderer import SilhouetteRenderer
from dressform.sewing.silhouette.svg_document import STYLE
from dressform.sewing.units import MeasurementUnit

__all__ = ["STYLE", "render_silhouette"]


def render_silhouette(
    measurements: Mapping[str, float],
    *,
    breasts: bool,
    language: str = "en",
    unit: MeasurementUnit = MeasurementUnit.MM,
) -> str:
    """An SVG document; lengths come in mm, are labelled in `unit`, and may be any that fit."""
    return SilhouetteRenderer(
        Captions(BodyDimensions.from_measurements(measurements, breasts=breasts), language, unit)
    ).render()
