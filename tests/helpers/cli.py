"""Commands of ours as an operator runs them: real processes."""

import asyncio
import os
import subprocess
import sys

from dressform.settings.settings import Settings
from tests.conftest import MASTER_KEY


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """Return the settings of a test as `DRESSFORM_*`, without variables of the machine."""
    assert settings.database_url is not None
    return {
        "PATH": os.environ["PATH"],
        # Set when the tests of another checkout than the installed one run.
        **{name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ},
        "DRESSFORM_DATABASE_URL": settings.database_url.get_secret_value(),
        "DRESSFORM_MASTER_KEYS": MASTER_KEY,
        "DRESSFORM_DATABASE_BEHIND_PGBOUNCER": str(settings.database_behind_pgbouncer),
        "DRESSFORM_STATE_DIR": str(settings.state_dir),
        "DRESSFORM_MEMBER_REQUESTS_PER_MINUTE": str(settings.member_requests_per_minute),
        "DRESSFORM_PUBLIC_REQUESTS_PER_SECOND": str(settings.public_requests_per_second),
        "DRESSFORM_FAILED_LOGINS_PER_MINUTE": str(settings.failed_logins_per_minute),
        **more,
    }


async def dressform(
    *arguments: str, environment: dict[str, str], typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself, in the state folder, where no `.env` is."""
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "dressform", *arguments],
        env=environment,
        cwd=environment.get("DRESSFORM_STATE_DIR"),
        capture_output=True,
        text=True,
        input=typed,
        # Without a terminal passwords are read from what is typed here.
        start_new_session=True,
        check=False,
        timeout=60,
    )
