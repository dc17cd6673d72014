"""Helpers for SVG documents, which silhouettes and charts share."""

from collections.abc import Mapping
from xml.etree import ElementTree as ET


def create_svg(
    class_name: str,
    *,
    font_size: float,
    language: str,
    title: str,
    description: str,
    style: str,
    **attributes: str,
) -> ET.Element:
    """Return the root of a document with a title, a description and a style sheet."""
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": class_name,
            "role": "img",
            "font-family": "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif",
            "font-size": f"{font_size:g}",
            **attributes,
            "stroke-linecap": "round",
            "stroke-linejoin": "round",
            "lang": language,
        },
    )
    for tag, text in (("title", title), ("desc", description), ("style", style)):
        ET.SubElement(root, tag).text = text
    return root


def to_attributes(keywords: Mapping[str, str]) -> dict[str, str]:
    """Convert Python names such as `stroke_width` and `class_` to attribute names."""
    return {name.strip("_").replace("_", "-"): value for name, value in keywords.items()}


def format_coordinate(value: float) -> str:
    """Format a coordinate with at most one decimal."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")
