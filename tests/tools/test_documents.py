"""What the documents name is there: files of the repository, and the targets of links."""

import re
from pathlib import Path

import pytest

from tests.tools.generate import TOP

RECORDS = TOP / "docs" / "decisions"
"""Names of files in the text of a record are those of its time; its links must lead somewhere."""
DOCUMENTS = sorted([*TOP.glob("*.md"), *TOP.glob("docs/**/*.md")])
FOLDERS = "docs|migrations|src|tests|tools"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_to_a_file(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", path.read_text())

    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_to_a_heading_lead_to_one(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s:]*)#([^)\s]+)\)", path.read_text())

    missing = [f"{name}#{part}" for name, part in links if part not in anchors(path, name)]
    assert missing == []


@pytest.mark.parametrize(
    "path", [path for path in DOCUMENTS if path.parent != RECORDS], ids=lambda path: path.name
)
def test_files_named_in_a_document_exist(path: Path) -> None:
    named = re.findall(rf"`((?:{FOLDERS})/[\w./-]+)`", path.read_text())

    assert [name for name in named if not (TOP / name).exists()] == []


def anchors(path: Path, name: str) -> set[str]:
    """Return the anchors of the headings of a document, named relative to another."""
    text = ((path.parent / name) if name else path).read_text()
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
