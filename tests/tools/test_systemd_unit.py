"""The unit of `docs/operations.md`: what a taken process could reach under it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from dressform.settings.secret_files import SECRETS
from tests.tools.generate import TOP

OPERATIONS = (TOP / "docs" / "operations.md").read_text()
UNIT, *DROP_INS = re.findall(r"```ini\n(.*?)```", OPERATIONS, re.DOTALL)
MAX_EXPOSURE = 1.4
"""What systemd 252 gives it, from 0 to 10. Without hardening it is above 8."""


def test_each_secret_is_a_credential() -> None:
    for name in SECRETS:
        assert f"LoadCredential={name}:/etc/dressform/secrets/{name}\n" in UNIT
        assert f"Environment=DRESSFORM_{name.upper()}_FILE={name}\n" in UNIT


def test_the_worker_may_lower_its_priority() -> None:
    """`nice` is one of @resources, which only the drop-in of the API refuses."""
    assert "@resources" not in UNIT
    assert [drop_in for drop_in in DROP_INS if "@resources" in drop_in] == [
        "[Service]\nSystemCallFilter=~@resources\n"
    ]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_the_unit_is_as_closed_as_the_document_says(tmp_path: Path) -> None:
    path = tmp_path / "dressform@serve.service"
    path.write_text(UNIT)
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", path],
        capture_output=True,
        text=True,
        check=False,
    )
    score = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)

    assert score, done.stderr
    assert float(score[1]) <= MAX_EXPOSURE
    assert f"scores it {score[1]} " in OPERATIONS
