import pytest

from tests.generated import TOP, generated


@pytest.mark.parametrize("name", ["openapi.yaml", "README.md"])
def test_what_is_committed_is_what_the_source_makes(name: str) -> None:
    """`make openapi` writes both anew."""
    path = TOP / name

    assert generated()[path] == path.read_text()


def test_no_path_of_a_machine_and_no_registry_is_named() -> None:
    """The repository belongs to no machine."""
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (TOP / lock).read_text()

        assert "://" not in text
        assert "--hash=sha256:" in text
