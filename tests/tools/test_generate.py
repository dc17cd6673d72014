import re

import pytest

from tests.tools.generate import TOP, generate_files

LOCKS = [path.name for path in TOP.glob("requirements*.lock")]


@pytest.mark.parametrize("name", ["openapi.yaml", "README.md"])
def test_what_is_committed_is_what_the_source_makes(name: str) -> None:
    """`make openapi` writes both anew."""
    path = TOP / name

    assert generate_files()[path] == path.read_text()


def test_no_path_of_a_machine_and_no_registry_is_named() -> None:
    """Lock files are independent of a machine and of a registry."""
    for lock in LOCKS:
        text = (TOP / lock).read_text()

        assert "://" not in text
        assert "--hash=sha256:" in text


def test_what_is_installed_is_what_was_tested() -> None:
    """The pins of each lock are contained in those of the next."""
    names = ("requirements.lock", "requirements-opendata.lock", "requirements-dev.lock")
    service, extra, checkout = (
        set(re.findall(r"^\w[^ ]+==[^ ]+", (TOP / name).read_text(), re.MULTILINE))
        for name in names
    )

    assert service < extra < checkout


def test_the_image_is_made_of_what_is_there() -> None:
    """All that the Dockerfile copies is in the repository, and let through."""
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", (TOP / "Dockerfile").read_text(), re.MULTILINE)
    names = {name for line in copied for name in line.split()}
    let_through = re.findall(r"^!(\S+)$", (TOP / ".dockerignore").read_text(), re.MULTILINE)

    assert names == set(let_through)
    assert all((TOP / name).exists() for name in names)
