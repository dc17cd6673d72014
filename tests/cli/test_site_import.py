"""`dressform import-site`, as an operator types it."""

import csv
import json
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from dressform.db.tables import Account, Model
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.settings.settings import Settings
from tests.cli.conftest import Run
from tests.conftest import MovableClock
from tests.helpers.cli import environment
from tests.helpers.databases import count_all_rows, count_rows
from tests.helpers.freesewing_sites import (
    MEASUREMENTS,
    PASSWORD,
    SECRET,
    SqliteSite,
    encode_password,
    encrypt_user,
    make_user,
)
from tests.processes.running import Command

NUMBER = 400
PROGRESS = "100 of 400 read, 100 imported"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text(SECRET)
    return path


@pytest.fixture
def site(tmp_path: Path) -> SqliteSite:
    return SqliteSite(tmp_path / "db.sqlite")


def fill(site: SqliteSite, clock: MovableClock, number: int = NUMBER) -> Path:
    """Add accounts with a set each; all have one password hash, which takes long to compute."""
    password = encode_password(PASSWORD)
    for each in range(number):
        user = site.add_user(f"tailor{each:03}x", seen=clock(), password=password)
        site.add_set(user, f"Set {each}", MEASUREMENTS)
    return site.save()


async def test_import_that_is_killed_goes_on_where_it_was(
    app: FastAPI,
    settings: Settings,
    uows: UnitOfWorkFactory,
    site: SqliteSite,
    *,
    clock: MovableClock,
    key_file: Path,
    run: Run,
) -> None:
    arguments = ("import-site", str(fill(site, clock)), "--key-file", str(key_file))
    first = Command(*arguments, environment=environment(settings))
    first.says(PROGRESS)
    first.process.send_signal(signal.SIGKILL)
    first.ends()
    assert first.process.stdout is not None
    first.process.stdout.close()
    amid = await count_rows(uows, Account)
    assert 100 <= amid < NUMBER
    assert await count_rows(uows, Model) == amid

    code, said, complaint = await run(*arguments)

    assert (code, complaint) == (0, "")
    assert f"Imported: {NUMBER - amid} accounts, {NUMBER - amid} models.\n" in said
    assert f"Skipped, since they were imported before: {amid}.\n" in said
    assert await count_rows(uows, Account) == NUMBER
    assert await count_rows(uows, Model) == NUMBER


async def test_dry_run_reports_counts_and_records_without_a_personal_value(
    app: FastAPI,
    uows: UnitOfWorkFactory,
    site: SqliteSite,
    clock: MovableClock,
    *,
    key_file: Path,
    run: Run,
    tmp_path: Path,
) -> None:
    over = site.add_user("Rosalind", seen=clock() - timedelta(days=370))
    renamed = site.add_user("jane doe", seen=clock(), email="jane@example.org")
    path, report = fill(site, clock, 20), tmp_path / "report.csv"
    before = await count_all_rows(uows)

    code, said, complaint = await run(
        "import-site", str(path), "--key-file", str(key_file), "--dry-run", "--report", str(report)
    )

    assert (code, complaint) == (0, "")
    assert said.splitlines() == [
        "FreeSewing version 3 or 4 (SQLite), accounts: 22",
        "Would be imported: 21 accounts, 20 models.",
        f"Not imported: 1 whose 12 months since the last login are over (records {over}).",
        (
            "Of the imported ones: 1 with another username, since theirs is taken or refused here: a "
            f"mail tells them (records {renamed})."
        ),
    ]
    assert await count_all_rows(uows) == before
    with report.open() as file:
        rows = list(csv.reader(file))
    assert rows == [["record", "reason"], [str(over), "expired"], [str(renamed), "renamed"]]


async def test_report_that_cannot_be_written_is_told_before_an_account_is_stored(
    app: FastAPI,
    uows: UnitOfWorkFactory,
    site: SqliteSite,
    clock: MovableClock,
    *,
    key_file: Path,
    run: Run,
    tmp_path: Path,
) -> None:
    """A second run would skip the accounts, and tell nothing about them."""
    report = tmp_path / "no folder" / "report.csv"

    code, _, complaint = await run(
        *("import-site", str(fill(site, clock, 2)), "--key-file", str(key_file)),
        *("--report", str(report)),
    )

    assert code == 1
    assert f"The report can't be written to {report}" in complaint
    assert await count_rows(uows, Account) == 0


def write_other(folder: Path, name: str) -> Path:
    path = folder / name
    dumps = {
        "text": "no database",
        "empty.json": json.dumps({"users": []}),
        "filtered.json": json.dumps({"users": [{"email": "ada@example.org", "status": 1}]}),
        "encrypted.json": json.dumps({"users": [encrypt_user(make_user("ada", login=None))]}),
    }
    if name == "other.sqlite":
        other = SqliteSite(path)
        other.rename_column("lastSeen", "seenLast")
        other.save()
    elif name == "damaged.sqlite":
        path.write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    elif name == "users.sqlite":
        other = SqliteSite(path, "another key")
        other.add_user("ada", seen=None)
        other.save()
    elif name in dumps:
        path.write_text(dumps[name])
    return path


@pytest.mark.parametrize(
    ("name", "with_key", "complaint"),
    [
        ("missing", True, "can't be read: No such file"),
        ("text", True, "is neither a database of SQLite nor JSON"),
        ("damaged.sqlite", True, "can't be read as a database"),
        ("other.sqlite", True, "columns are missing: lastSeen, lastSignIn"),
        ("users.sqlite", False, "by --key-file"),
        ("users.sqlite", True, "--key-file must hold the BACKEND_ENC_KEY"),
        ("empty.json", True, "it has no “users”"),
        ("filtered.json", True, "have no “time”"),
        ("encrypted.json", False, "by --key-file"),
    ],
)
async def test_file_that_can_not_be_read_is_one_sentence_that_says_what_to_do(
    app: FastAPI,
    run: Run,
    key_file: Path,
    tmp_path: Path,
    *,
    name: str,
    with_key: bool,
    complaint: str,
) -> None:
    path = write_other(tmp_path, name)
    options = ("--key-file", str(key_file)) if with_key else ()

    code, _, told = await run("import-site", str(path), *options)

    assert code == 1
    assert told.startswith("dressform: ")
    assert complaint in told
    assert "Traceback" not in told


async def test_key_file_that_is_missing_or_empty_is_named(
    app: FastAPI, run: Run, site: SqliteSite, tmp_path: Path
) -> None:
    path, empty = site.save(), tmp_path / "empty"
    empty.touch()

    missing = await run("import-site", str(path), "--key-file", str(tmp_path / "none"))
    blank = await run("import-site", str(path), "--key-file", str(empty))

    assert "The file of --key-file can't be read" in missing[2]
    assert "The file of --key-file is empty" in blank[2]
    assert missing[0] == blank[0] == 1
