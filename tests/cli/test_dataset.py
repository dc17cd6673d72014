"""`dressform dataset`: each operator at the keyboard proves who they are."""

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.opendata.codebook import CORE
from dressform.opendata.draws import Draw, combine
from dressform.opendata.files import build_edition_files
from dressform.opendata.files.edition_info import Publisher
from dressform.opendata.noise import add_noise
from dressform.opendata.sums import Sums
from dressform.opendata.years import draw_date
from dressform.settings.settings import Settings
from tests.cli.conftest import Run
from tests.conftest import MovableClock
from tests.helpers.cli import dressform, environment
from tests.helpers.members import CreateMember, MemberClient


async def test_only_an_operator_with_the_password_proposes(
    ada: MemberClient, run: Run, clock: MovableClock
) -> None:
    status, said, _ = await run("dataset")
    assert (status, "nothing yet" in said) == (0, True)

    status, _, complaint = await run("dataset", "propose", "ada", typed=f"{ada.password}\n")
    assert (status, "ada is no operator" in complaint) == (1, True)
    assert (await run("operators", "add", "ada"))[0] == 0
    status, _, complaint = await run("dataset", "propose", "ada", typed="a guess\n")
    assert (status, "do not belong together" in complaint) == (1, True)

    status, said, complaint = await run("dataset", "propose", "ada", typed=f"{ada.password}\n")
    assert status == 0, complaint
    assert f"The edition of {clock.at.year} is proposed." in said
    assert ada.password not in said + complaint

    status, said, _ = await run("dataset")
    assert f"{clock.at.year}   proposed" in said
    assert said.splitlines()[1].split()[-2:] == ["ada", "-"]

    status, said, _ = await run("dataset", "approve", "ada", typed="n\n")
    assert (status, "one chance" in said) == (1, True)
    status, _, complaint = await run("dataset", "approve", "ada", typed=f"y\n{ada.password}\n")
    assert status == 1
    assert complaint.splitlines()[-1].startswith("dressform: ")


@pytest.mark.parametrize("days", [300, 380], ids=["readable", "waiting"])
async def test_a_password_proved_to_a_command_counts_as_a_sign_in(
    ada: MemberClient, run: Run, uows: UnitOfWorkFactory, clock: MovableClock, days: int
) -> None:
    """Even past the 12 months, while the account waits for a warning."""
    assert (await run("operators", "add", "ada"))[0] == 0
    long_ago = clock() - timedelta(days=days)
    async with uows.transaction() as uow:
        await uow.connection.execute(
            text("UPDATE account SET created_at = :at, last_login_at = :at, last_notice_days = 30"),
            {"at": long_ago},
        )

    await run("dataset", "propose", "ada", typed="a guess\n")
    assert await last_login(uows) == (long_ago, 30)
    status, _, complaint = await run("dataset", "propose", "ada", typed=f"{ada.password}\n")

    assert status == 0, complaint
    at, last_notice_days = await last_login(uows)
    assert clock() - timedelta(days=1) <= at <= clock() + timedelta(minutes=2)
    assert last_notice_days is None


async def last_login(uows: UnitOfWorkFactory) -> tuple[datetime, int | None]:
    uow = uows.read()
    found = await uow.connection.execute(
        text("SELECT last_login_at, last_notice_days FROM account")
    )
    at, last_notice_days = found.one()
    return at, last_notice_days


async def test_an_operator_restores_what_was_published_after_a_warning(
    ada: MemberClient, run: Run, settings: Settings, tmp_path: Path
) -> None:
    await run("operators", "add", "ada")
    drawn = Draw(
        2025, CORE, add_noise(CORE, Sums.zeros(CORE)), 2_000, datetime(2025, 3, 1, tzinfo=UTC)
    )
    folder = tmp_path / "edition"
    folder.mkdir()
    for file in build_edition_files(
        combine([drawn]), published=drawn.at, publisher=Publisher("X", "https://x"), version="1"
    ):
        (folder / file.name).write_bytes(file.content)

    status, said, _ = await run("dataset", "restore", "ada", str(folder), typed="n\n")
    assert (status, "will be drawn again" in said) == (1, True)
    status, said, complaint = await run(
        "dataset", "restore", "ada", str(folder), typed=f"y\n{ada.password}\n"
    )
    assert status == 0, complaint
    assert "The draw of 2025 is known again." in said
    assert f"Published: {settings.dataset_url}/dataset/2025" in said

    status, said, _ = await run("dataset")
    assert "2025   restored" in said
    assert said.splitlines()[1].split()[-2:] == ["-", "-"]
    assert (settings.state_dir / "dataset" / "2025.json").exists()


async def test_approve_lowers_its_cpu_priority_before_it_counts(
    create_member: CreateMember,
    run: Run,
    settings: Settings,
    uows: UnitOfWorkFactory,
) -> None:
    ada, bob = await create_member("ada"), await create_member("bob")
    for each in (ada, bob):
        assert (await run("operators", "add", each.username))[0] == 0
    now = settings.clock()
    ahead = max(draw_date(now.year) - now, timedelta(0)) + timedelta(hours=1)
    told = environment(settings, DRESSFORM_CLOCK_AHEAD=f"PT{ahead // timedelta(seconds=1)}S")
    done = await dressform("dataset", "propose", "ada", environment=told, typed=f"{ada.password}\n")
    assert done.returncode == 0, done.stderr

    async with uows.transaction() as uow:
        await uow.connection.execute(text("LOCK TABLE dataset_consent"))
        approving = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "dressform", "dataset", "approve", "bob"),
            env=told,
            cwd=settings.state_dir,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        assert approving.stdin is not None
        assert approving.stdout is not None
        approving.stdin.write(f"y\n{bob.password}\n".encode())
        async with asyncio.timeout(30):
            await approving.stdout.readuntil(b"Counting those who agreed")
        niceness = os.getpriority(os.PRIO_PROCESS, approving.pid)
    said, _ = await approving.communicate()

    assert niceness == 19
    assert b"Not enough people yet" in said
    assert approving.returncode == 0
