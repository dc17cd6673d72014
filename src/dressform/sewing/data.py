"""The loader of the JSON files that hold a package's data. Each file names its sources."""

import json
from importlib import resources
from typing import Any


def load_json(name: str, *, package: str = "dressform.sewing") -> dict[str, Any]:
    """Return the content of `name`.json in the package."""
    file = resources.files(package).joinpath(f"{name}.json")
    content: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return content
