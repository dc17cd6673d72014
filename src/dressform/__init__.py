"""The backend of a made-to-measure sewing site that keeps its privacy notice by itself."""

from importlib.metadata import version

__version__ = version("dressform")
