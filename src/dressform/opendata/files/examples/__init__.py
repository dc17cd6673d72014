"""Example programs for an edition, in Python with pandas and in R."""

from importlib import resources

from dressform.opendata.files.edition_info import File

_KINDS = {
    "example.py": ("text/x-python; charset=utf-8", "How to begin, in Python with pandas"),
    "example.R": ("text/x-r; charset=utf-8", "How to begin, in R"),
}


def load_examples() -> list[File]:
    folder = resources.files(__name__)
    return [
        File(name, media_type, title, folder.joinpath(f"{name}.txt").read_bytes())
        for name, (media_type, title) in _KINDS.items()
    ]
