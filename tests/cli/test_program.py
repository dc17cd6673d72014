"""What the program says of itself, and what it refuses before anything is started."""

import errno
import os
import re
import socket
from pathlib import Path

import pytest

from dressform import __version__
from dressform.errors import StartupError
from dressform.runtime.server import bind_socket
from dressform.settings.settings import Settings
from tests.helpers.cli import dressform


@pytest.fixture
def plain(tmp_path: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "DRESSFORM_STATE_DIR": str(tmp_path),
        "DRESSFORM_DATABASE_URL": "postgresql://dressform@127.0.0.1:1/dressform",
        "COLUMNS": "200",
        "TERM": "dumb",
    }


async def helped(plain: dict[str, str], *arguments: str) -> str:
    """Its help, without what draws a frame around it."""
    done = await dressform(*arguments, "--help", environment=plain)
    assert done.returncode == 0, done.stderr
    return re.sub(r"[\s│╭╮╰╯─]+", " ", done.stdout)


async def test_the_version_is_told(plain: dict[str, str]) -> None:
    done = await dressform("--version", environment=plain)

    assert (done.returncode, done.stdout) == (0, f"Dressform {__version__}\n")


async def test_the_help_says_what_the_program_is(plain: dict[str, str]) -> None:
    said = await helped(plain)

    assert "The backend of a made-to-measure sewing site" in said
    assert "traceback" not in said
    for command in ("dressform up", "dressform migrate", "dressform serve", ".env.example"):
        assert command in said


@pytest.mark.parametrize("field", ["workers", "host", "port"])
async def test_the_help_of_serve_names_variables_and_defaults(
    plain: dict[str, str], field: str
) -> None:
    default = Settings.model_fields[field].default

    assert f"Without it DRESSFORM_{field.upper()}, or else {default}." in await helped(
        plain, "serve"
    )


async def test_the_help_of_up_says_what_it_uses(plain: dict[str, str]) -> None:
    said = await helped(plain, "up")

    assert "refused in production" in said
    for name in ("DATABASE_URL", "SMTP_URL", "PORT", "STATE_DIR"):
        assert f"DRESSFORM_{name}" in said


async def test_everything_on_one_machine_is_not_for_production(
    plain: dict[str, str], tmp_path: Path
) -> None:
    key = await dressform("keys", "new", "2026-11", environment=plain)
    production = {
        "DRESSFORM_ENVIRONMENT": "production",
        "DRESSFORM_MASTER_KEYS": key.stdout.strip(),
        "DRESSFORM_SMTP_URL": "smtps://mail.example",
        "DRESSFORM_PUBLIC_URL": "https://api.sewing.example",
    }
    done = await dressform("up", environment=plain | production)

    assert done.returncode == 1
    assert done.stderr == (
        "dressform: `dressform up` is for trying things out and is refused in production: run "
        "`dressform migrate`, then `dressform serve` and `dressform worker`.\n"
    )


@pytest.mark.parametrize("host", ["nowhere.invalid", "10.9.9.9", "2001:db8::9"])
async def test_a_host_that_is_not_here_is_said_in_a_sentence(
    plain: dict[str, str], host: str
) -> None:
    done = await dressform("serve", "--host", host, "--port", "0", environment=plain)

    assert done.returncode == 1
    assert re.fullmatch(
        rf"dressform: Nothing can listen on {host} \([^()\n]+\): set DRESSFORM_HOST to an address of "
        r"this machine, or to 0\.0\.0\.0 for all of them\.\n",
        done.stderr,
    )


async def test_a_port_for_special_rights_is_said_in_a_sentence(
    plain: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(StartupError) as caught:
        bind_socket(Settings(port=443, _env_file=None))

    assert str(caught.value) == (
        "Port 443 can't be used (Permission denied): those under 1024 take special rights. Set "
        "DRESSFORM_PORT to a higher one, and let a proxy listen on this one."
    )
