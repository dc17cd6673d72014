import subprocess
from pathlib import Path

from dressform.opendata.codebook import CORE
from dressform.opendata.draws import CombinedDraws
from dressform.opendata.edition import build_tables
from dressform.opendata.files import File
from tests.opendata.files.conftest import ARCHIVE, CHECK, drawn, written


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(CHECK, cwd=folder, capture_output=True, text=True, check=False)


def test_sha256sum_finds_every_other_file_as_it_was(
    edition: dict[str, File], published: Path
) -> None:
    done = checked(published)

    assert done.returncode == 0, done.stderr
    assert set(done.stdout.splitlines()) == {
        f"{name}: OK" for name in edition if name not in ("SHA256SUMS", ARCHIVE)
    }


def test_sha256sum_finds_a_file_that_was_changed(folder: Path) -> None:
    with (folder / "LICENSE").open("ab") as file:
        file.write(b" ")

    done = checked(folder)

    assert done.returncode == 1
    assert "LICENSE: FAILED" in done.stdout


def test_the_licence_is_named_as_tools_find_it(edition: dict[str, File]) -> None:
    text = edition["LICENSE"].content.decode()

    assert "SPDX-License-Identifier: CC0-1.0" in text
    assert "https://creativecommons.org/publicdomain/zero/1.0/legalcode" in text


def test_the_readme_tells_every_column_of_every_table(
    draw: CombinedDraws, edition: dict[str, File]
) -> None:
    text = edition["README.md"].content.decode()
    for resource in build_tables(draw):
        section = text.partition(f"### `{resource.name}`")[2].partition("### ")[0]

        assert [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")] == [
            field.name for field in resource.fields
        ]


def test_people_are_numbered_from_one_on_in_csv(edition: dict[str, File]) -> None:
    header, *rows = edition["people.csv"].content.decode().splitlines()

    assert header.startswith("id,breasts,")
    assert [int(row.partition(",")[0]) for row in rows] == list(range(1, 10_001))


def test_the_readme_says_the_guarantee_in_plain_words_and_in_the_fields(
    edition: dict[str, File],
) -> None:
    text = " ".join(edition["README.md"].content.decode().split())

    assert "at most 14.6 points above the second" in text
    assert "rho = 0.0676" in text
    assert "mu = 0.368" in text
    assert "(1.611, 1e-06) or (2.098, 1e-09)" in text


def test_names_are_unique_and_media_types_are_those_of_the_content(
    edition: dict[str, File],
) -> None:
    assert len(edition) == len(summed(edition)) + 2
    assert {file.name.rpartition(".")[2]: file.media_type for file in edition.values()} == {
        "csv": "text/csv; charset=utf-8; header=present",
        "parquet": "application/vnd.apache.parquet",
        "svg": "image/svg+xml",
        "json": 'application/ld+json; profile="http://mlcommons.org/croissant/1.1"',
        "md": "text/markdown; charset=utf-8",
        "py": "text/x-python; charset=utf-8",
        "R": "text/x-r; charset=utf-8",
        "cff": "application/yaml; charset=utf-8",
        "zip": "application/zip",
        "LICENSE": "text/plain; charset=utf-8",
        "SHA256SUMS": "text/plain; charset=utf-8",
    }


def summed(edition: dict[str, File]) -> list[str]:
    return edition["SHA256SUMS"].content.decode().splitlines()


def test_an_edition_of_several_years_says_so() -> None:
    text = {file.name: file for file in written(drawn(CORE, 2027, 2028))}["README.md"]

    assert "It adds up the draws of 2027, 2028" in " ".join(text.content.decode().split())
