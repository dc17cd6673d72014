"""`dressform retention approve`, as an operator runs it, after the worker has held a round."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from dressform.database import Units
from dressform.process import migrated, opened
from dressform.settings import Settings
from tests.commands import dressform, environment
from tests.databases import own_database

pytestmark = pytest.mark.slow


@pytest.fixture
async def own(settings: Settings) -> AsyncIterator[Settings]:
    async with own_database(settings) as own:
        await migrated(own)
        yield own


async def fill(units: Units) -> None:
    """Sixty accounts that are over."""
    async with units.writing() as unit:
        await unit.connection.execute(
            text(
                "INSERT INTO account (id, email_index, created_at, warned_at, version, sealed) "
                "SELECT gen_random_uuid(), sha256(n::text::bytea), now() - interval '2 years', "
                "now() - interval '1 year', 1, '' FROM generate_series(1, 60) n"
            )
        )


async def left(units: Units) -> int:
    async with units.reading() as unit:
        return int(await unit.connection.scalar(text("SELECT count(*) FROM account")) or 0)


async def test_from_held_to_approved(own: Settings) -> None:
    told = environment(own)
    async with opened(own) as (units, _):
        await fill(units)
        held = await dressform("worker", "--once", environment=told)
        assert held.returncode == 1
        assert "profile is held, nothing was ended: 60 of 60 rows are due at once" in held.stderr
        assert "Traceback" not in held.stderr
        assert "profile failed" in held.stderr
        assert await left(units) == 60
        shown = await dressform("retention", environment=told)
        assert "profile is held since" in shown.stdout
        assert "dressform retention approve profile" in shown.stdout

        other = await dressform("retention", "approve", "session", environment=told)
        assert other.stdout == "session is not held.\n"
        refused = await answered("n\n", told)
        assert "Is that right" in refused
        assert (await dressform("worker", "--once", environment=told)).returncode == 1
        assert await left(units) == 60

        approved = await dressform("retention", "approve", "--yes", environment=told)
        assert approved.stdout == (
            "profile: 60 of 60 rows are due at once (60 rows).\n"
            "profile is approved: the next round goes on.\n"
        )
        done = await dressform("worker", "--once", environment=told)
        assert done.returncode == 0, done.stderr
        assert await left(units) == 0
        none = await dressform("retention", "approve", environment=told)
        assert none.stdout == "No rule is held.\n"


async def answered(answer: str, told: dict[str, str]) -> str:

    ran = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "dressform", "retention", "approve"],
        input=answer,
        env=told,
        cwd=told["DRESSFORM_STATE_DIR"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
