from pathlib import Path

import pytest

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.retention_audit.auditor import Auditor
from dressform.settings.settings import Settings


@pytest.fixture
def spools(tmp_path: Path) -> Path:
    """Not those of the application, which writes there meanwhile."""
    folder = tmp_path / "audited"
    folder.mkdir()
    return folder


@pytest.fixture
def auditor(uows: UnitOfWorkFactory, spools: Path, settings: Settings) -> Auditor:
    return Auditor(uows, spools, interval=settings.worker_interval)
