"""Every user of a machine sees the arguments of its processes, which therefore hold no secret."""

from pathlib import Path

from dressform.settings.settings import Settings
from tests.helpers.cli import dressform, environment

PASSWORD = "s3cr3t%20tapestry"


async def test_psql_has_the_password_in_its_environment_alone(
    settings: Settings, tmp_path: Path
) -> None:
    assert settings.database_url is not None
    url = settings.database_url.get_secret_value()
    user, _, place = url.partition("://")[2].partition("@")
    given = environment(settings, DRESSFORM_DATABASE_URL=f"postgresql://{user}:{PASSWORD}@{place}")
    shell = r'\! xargs -0 echo < /proc/$PPID/cmdline; echo "$PGPASSWORD"'
    done = await dressform("psql", "-X", "-c", shell, environment=given)

    arguments, password = done.stdout.splitlines()
    assert "psql" in arguments
    assert f"://{user}@" in arguments
    assert "s3cr3t" not in arguments
    assert password == "s3cr3t tapestry"
