from pathlib import Path

import pytest

from dressform.audit.auditor import Auditor
from dressform.db.units import Units
from dressform.settings import Settings


@pytest.fixture
def spools(tmp_path: Path) -> Path:
    """Not those of the application, which writes there meanwhile."""
    folder = tmp_path / "audited"
    folder.mkdir()
    return folder


@pytest.fixture
def auditor(units: Units, spools: Path, settings: Settings) -> Auditor:
    return Auditor(units, spools, interval=settings.worker_interval)
