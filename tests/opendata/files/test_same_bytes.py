import os
import subprocess
import sys

from dressform.opendata import raw
from dressform.opendata.draws import CombinedDraws
from dressform.opendata.files import File

PROGRAM = """
import sys
from dressform.opendata import raw
from dressform.opendata.codebook import CODEBOOKS
from dressform.opendata.draws import Draw, combine
from tests.opendata.files.conftest import AT, written

draw = Draw(2027, CODEBOOKS[sys.argv[1]], raw.deserialize(sys.stdin.buffer.read()), 6_000, AT)
files = {file.name: file for file in written(combine([draw]))}
sys.stdout.buffer.write(files["SHA256SUMS"].content)
"""


def test_the_same_sums_give_the_same_bytes_in_every_process(
    draw: CombinedDraws, edition: dict[str, File]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, draw.codebook.key],
        input=raw.serialize(draw.sums),
        capture_output=True,
        env=os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
        check=True,
    )

    assert done.stdout.decode() == edition["SHA256SUMS"].content.decode()
