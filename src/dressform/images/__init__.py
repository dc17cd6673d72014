"""Processing of uploaded pictures: they are decoded within limits and re-encoded as plain WebP.

`processor` runs in the service and starts child processes; the other modules run in those.
"""

from dressform.images.limits import MAX_BYTES, MAX_PIXELS, MAX_SIDE
from dressform.images.pixels import ProcessedImage
from dressform.images.processor import ImageProcessor

__all__ = ["MAX_BYTES", "MAX_PIXELS", "MAX_SIDE", "ImageProcessor", "ProcessedImage"]
