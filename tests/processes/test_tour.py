"""The tour of the README, pasted block by block into the shells that people use."""

import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes.running import command

pytestmark = [pytest.mark.slow, pytest.mark.audit]

TOP = Path(__file__).parents[2]
TOUR = re.compile(r"^## A tour\n(.*?)^To see data expire", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def read_tour() -> list[str]:
    found = TOUR.search((TOP / "README.md").read_text())
    assert found is not None
    return BLOCK.findall(found[1])


def test_no_block_has_a_comment_which_zsh_takes_for_a_command() -> None:
    assert [
        line for block in read_tour() for line in block.splitlines() if re.search(r"(^| )#", line)
    ] == []


@pytest.mark.parametrize("shell", [name for name in ("bash", "zsh") if shutil.which(name)])
def test_every_block_works_as_it_stands(
    fresh: Path, alone: dict[str, str], tmp_path: Path, shell: str
) -> None:
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, arguments in (("python", ""), ("dressform", "-m dressform ")):
        (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} {arguments}"$@"\n')
        (programs / name).chmod(0o755)
    (tmp_path / "var").symlink_to(fresh)
    environment = alone | {"DRESSFORM_STATE_DIR": str(fresh), "HOME": str(tmp_path)}
    with command("up", environment=environment) as up:
        base = up.says(r"API +(http://localhost:\d+)\n")
        blocks = [block.replace("http://localhost:8000", base) for block in read_tour()]
        done = subprocess.run(
            [shell],
            input="\n".join(blocks),
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=90,
        )
        up.signal(signal.SIGINT)
        up.ends(15)

    assert len(blocks) > 5
    unexpected = [line for line in done.stderr.splitlines() if "dressform.security" not in line]
    assert unexpected == []
    assert re.findall(r'.*"status":[45]\d\d.*|HTTP/1.1 [45].*', done.stdout) == []
    assert done.stdout.count("HTTP/1.1 20") == 4, done.stdout
