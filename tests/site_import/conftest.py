"""A site that is moved here: its file, and what the importer makes of it."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from dressform.crypto.passwords import PasswordHasher
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.accounts import Accounts
from dressform.repositories.credentials import Credentials
from dressform.site_import.importer import SiteImporter
from dressform.site_import.open_source import open_source
from dressform.site_import.outcomes import ImportReport
from tests.conftest import MovableClock
from tests.helpers.freesewing_sites import SECRET, SqliteSite


@dataclass(frozen=True, slots=True)
class SiteMove:
    """A site with SQLite, and the database that it moves to."""

    site: SqliteSite
    key_file: Path
    uows: UnitOfWorkFactory
    clock: MovableClock

    async def run(
        self, path: Path, *, dry_run: bool = False, limit: int | None = None
    ) -> ImportReport:
        importer = SiteImporter(self.uows, PasswordHasher(), ("dressform",), is_dry_run=dry_run)
        source = open_source(path, self.key_file)
        return await importer.run(source, limit=limit, show_progress=lambda _: None)

    async def get_stored(self, email: str) -> Credentials:
        found = await Accounts(self.uows.read()).get_for_sign_in(email)
        assert found is not None
        return found


@pytest.fixture
def move(tmp_path: Path, uows: UnitOfWorkFactory, clock: MovableClock) -> SiteMove:
    key_file = tmp_path / "key"
    key_file.write_text(f"{SECRET}\n")
    return SiteMove(SqliteSite(tmp_path / "db.sqlite"), key_file, uows, clock)
