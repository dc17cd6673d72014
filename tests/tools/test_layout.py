"""Where code may lie, and how long a file may be."""

import ast
from pathlib import Path

from tests.tools.generate import TOP

TESTS = TOP / "tests"
SOURCE = TOP / "src" / "dressform"
MAX_LINES = 200


def list_imports(path: Path) -> list[str]:
    """Return the modules that a file imports names from."""
    nodes = ast.walk(ast.parse(path.read_text()))
    return [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]


def test_no_test_module_is_imported_by_another() -> None:
    """Shared helpers are in `tests/helpers/` or in a module without tests."""
    found = [
        f"{path.relative_to(TESTS)} imports {module}"
        for path in TESTS.rglob("*.py")
        if "node_modules" not in path.parts
        for module in list_imports(path)
        if module.startswith("tests.") and module.rpartition(".")[2].startswith("test_")
    ]

    assert found == []


def test_no_source_file_is_long() -> None:
    """A longer file holds two things, and has a seam at which it can be split."""
    found = {
        str(path.relative_to(SOURCE)): lines
        for path in SOURCE.rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > MAX_LINES
    }

    assert found == {}
