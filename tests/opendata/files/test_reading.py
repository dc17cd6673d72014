"""What is published of a draw is all of it: it can be read back, and everything made anew."""

import json

import pytest

from dressform.opendata.draws import Together, together
from dressform.opendata.files import File
from dressform.opendata.files.reading import NAMES, read_draw
from tests.opendata.files.conftest import AT, written


def contents(edition: dict[str, File]) -> dict[str, bytes]:
    return {name: edition[name].content for name in NAMES}


def test_from_the_published_sums_anyone_makes_the_same_people(
    draw: Together, edition: dict[str, File]
) -> None:
    found = read_draw(contents(edition))

    again = {file.name: file.content for file in written(together([found]))}
    assert again == {name: file.content for name, file in edition.items()}
    assert (found.year, found.count, found.codebook) == (2027, draw.count, draw.codebook)
    assert found.at == AT


@pytest.mark.parametrize("name", NAMES[1:])
def test_a_number_that_is_missing_is_noticed(edition: dict[str, File], name: str) -> None:
    files = contents(edition)
    files[name] = files[name].rsplit(b"\r\n", 2)[0] + b"\r\n"

    with pytest.raises(ValueError, match=name):
        read_draw(files)


def test_another_codebook_is_noticed(edition: dict[str, File]) -> None:
    files = contents(edition)
    facts = json.loads(files["privacy.json"])
    facts["codebook"]["version"] = "0"

    with pytest.raises(ValueError, match="of version 0, which is not known"):
        read_draw(files | {"privacy.json": json.dumps(facts).encode()})
