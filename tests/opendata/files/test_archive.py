import io
import subprocess
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

from dressform.opendata.files import File
from tests.opendata.files.conftest import ARCHIVE, CHECK


def test_it_holds_every_other_file_as_it_is(edition: dict[str, File]) -> None:
    with ZipFile(io.BytesIO(edition[ARCHIVE].content)) as opened:
        assert opened.testzip() is None
        found = {name.partition("/")[2]: opened.read(name) for name in opened.namelist()}
        folders = {name.partition("/")[0] for name in opened.namelist()}

    assert folders == {"open-body-measurements-2027"}
    assert found == {file.name: file.content for file in edition.values() if file.name != ARCHIVE}


def test_its_bytes_follow_from_the_files_and_the_day_alone(edition: dict[str, File]) -> None:
    with ZipFile(io.BytesIO(edition[ARCHIVE].content)) as opened:
        entries = opened.infolist()

    assert {entry.date_time for entry in entries} == {(2027, 3, 1, 0, 0, 0)}
    assert {entry.compress_type for entry in entries} == {ZIP_STORED}
    assert {entry.external_attr >> 16 for entry in entries} == {0o644}


def test_what_is_unpacked_is_whole_by_its_own_checksums(
    edition: dict[str, File], tmp_path: Path
) -> None:
    with ZipFile(io.BytesIO(edition[ARCHIVE].content)) as opened:
        opened.extractall(tmp_path)

    folder = tmp_path / "open-body-measurements-2027"
    done = subprocess.run(CHECK, cwd=folder, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
