"""The field's facts, which are data: each file beside this says where it has them from."""

import json
from importlib import resources
from typing import Any


def load_json(name: str) -> dict[str, Any]:
    """What `name`.json holds."""
    file = resources.files("dressform.sewing").joinpath(f"{name}.json")
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found
