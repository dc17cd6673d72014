"""What is published of a draw is all of it: it can be read back, and everything made anew."""

import csv
import io
import json

import pytest

from dressform.opendata.codebook import CODEBOOKS, FLAGS
from dressform.opendata.draws import CombinedDraws, combine
from dressform.opendata.files import File
from dressform.opendata.files.parse_edition import REQUIRED_FILES, parse_edition
from tests.opendata.files.conftest import AT, drawn, written


def contents(edition: dict[str, File]) -> dict[str, bytes]:
    return {name: edition[name].content for name in REQUIRED_FILES}


def test_from_the_published_sums_anyone_makes_the_same_people(
    draw: CombinedDraws, edition: dict[str, File]
) -> None:
    found = parse_edition(contents(edition))

    again = {file.name: file.content for file in written(combine([found]))}
    assert again == {name: file.content for name, file in edition.items()}
    assert (found.year, found.count, found.codebook) == (2027, draw.count, draw.codebook)
    assert found.at == AT


@pytest.mark.parametrize("name", REQUIRED_FILES[1:])
def test_a_number_that_is_missing_is_noticed(edition: dict[str, File], name: str) -> None:
    files = contents(edition)
    files[name] = files[name].rsplit(b"\r\n", 2)[0] + b"\r\n"

    with pytest.raises(ValueError, match=name):
        parse_edition(files)


def test_another_codebook_is_noticed(edition: dict[str, File]) -> None:
    files = contents(edition)
    facts = json.loads(files["privacy.json"])
    facts["codebook"]["version"] = "0"

    with pytest.raises(ValueError, match="of version 0, which is not known"):
        parse_edition(files | {"privacy.json": json.dumps(facts).encode()})


def _in_first_format(edition: dict[str, File]) -> dict[str, bytes]:
    """As the first editions were written: without standard errors, and with one name for noisy counts."""
    files = contents(edition)
    for name in REQUIRED_FILES[1:]:
        counts = "people" if name in {"flags.csv", "histograms.csv"} else "sum"
        rows = list(csv.DictReader(io.StringIO(files[name].decode(), newline="")))
        hidden = {"people", "sum", "standard_error"}
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow([*(each for each in rows[0] if each not in hidden), counts])
        for row in rows:
            writer.writerow([*(row[each] for each in row if each not in hidden), row["sum"]])
        files[name] = text.getvalue().encode()
    facts = json.loads(files["privacy.json"])
    del facts["flags"]
    return files | {"privacy.json": json.dumps(facts).encode()}


def test_an_edition_in_the_first_format_is_read_anew() -> None:
    """With its own noise, which was larger: its codebook had another norm."""
    first = drawn(CODEBOOKS["core-1"], 2027)
    files = _in_first_format({file.name: file for file in written(first)})

    found = parse_edition(files)

    assert found.codebook.key == "core-1"
    assert found.flags == FLAGS
    for name, group in found.sums.groups.items():
        assert (group == first.sums.groups[name]).all()
    for name in REQUIRED_FILES[1:]:
        shortened = {name: files[name].rsplit(b"\r\n", 2)[0] + b"\r\n"}
        with pytest.raises(ValueError, match=name):
            parse_edition(files | shortened)
