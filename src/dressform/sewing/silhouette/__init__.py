"""A front view of a body as SVG, which helps to notice a wrong measurement.

A circumference is drawn as the width of an ellipse; `silhouette.json` has the ratio of depth to
width of each. Missing measurements are estimated and drawn with dashed lines.
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
    """Return an SVG document. `measurements` are in mm and degrees; labels are in `unit`."""
    return SilhouetteRenderer(
        Captions(BodyDimensions.from_measurements(measurements, breasts=breasts), language, unit)
    ).render()
