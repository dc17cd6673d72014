"""What a reader is told to run is run, in the folder of an edition."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

R = shutil.which("Rscript")
TOLD = (
    "those with a chest of",
    "What goes with the chest most closely",
    "made-up people five sizes fit",
    "A body to draft for, in mm:",
)


def run(*command: str, folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_the_example_in_python_runs(published: Path) -> None:
    told = run(sys.executable, "-W", "error", "example.py", folder=published)

    assert all(text in told for text in TOLD)
    assert "may be noise alone" in told
    assert "nan" not in told.lower()


@pytest.mark.skipif(R is None, reason="no Rscript on the PATH: the example in R can't be run")
def test_the_example_in_r_runs_and_tells_the_same(published: Path) -> None:
    told = run(str(R), "example.R", folder=published)

    assert all(text in told for text in TOLD)
    in_python = run(sys.executable, "example.py", folder=published)
    assert five_sizes(told) == five_sizes(in_python)


def five_sizes(told: str) -> str:
    return told.partition("five sizes fit ")[2].partition("%")[0].strip()
