"""A secret can be handed over as a file, so that it stands in no environment."""

import base64
import os
from pathlib import Path

import pytest

from dressform.errors import StartupError
from dressform.settings.loader import load_settings
from dressform.settings.secret_files import SECRETS
from dressform.settings.settings import Settings

VALUES = {
    "DATABASE_URL": "postgresql://dressform:s3cr3t@localhost/dressform",
    "MASTER_KEYS": f"2026-11:{base64.b64encode(bytes(range(3, 227, 7))).decode()}",
    "SMTP_URL": "smtps://dressform:s3cr3t@mail.example",
    "BOUNCE_MAILBOX_URL": "imaps://bounces:s3cr3t@mail.example/INBOX",
    "BOUNCE_SECRET": "s3cr3t-bobbins-of-a-bounce-secret",
    "METRICS_TOKEN": "s3cr3t-bobbins-of-a-metrics-token",
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("DRESSFORM_") or name == "CREDENTIALS_DIRECTORY":
            monkeypatch.delenv(name)


def write_secret(folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name.lower()
    path.write_text(f"{VALUES[name]}\n")
    return path


def value_of(settings: Settings, name: str) -> str:
    secret = getattr(settings, name.lower())
    text: str = secret.get_secret_value()
    return text.replace("+asyncpg", "")


def refusal() -> str:
    with pytest.raises(StartupError) as caught:
        load_settings()
    assert "s3cr3t" not in str(caught.value)
    return str(caught.value)


def test_every_secret_can_be_a_file() -> None:
    fields = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field)}

    assert fields == set(SECRETS) == {name.lower() for name in VALUES}


@pytest.mark.parametrize("name", VALUES)
def test_a_file_is_read_without_its_last_line_break(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setenv(f"DRESSFORM_{name}_FILE", str(write_secret(tmp_path / "run", name)))

    assert value_of(load_settings(), name) == VALUES[name]


@pytest.mark.parametrize("name", VALUES)
def test_a_name_alone_is_a_credential_of_systemd(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    path = write_secret(tmp_path / "credentials", name)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(path.parent))
    monkeypatch.setenv(f"DRESSFORM_{name}_FILE", path.name)

    assert value_of(load_settings(), name) == VALUES[name]


def test_the_file_env_may_name_it(tmp_path: Path) -> None:
    path = write_secret(tmp_path / "run", "MASTER_KEYS")
    (tmp_path / ".env").write_text(f"DRESSFORM_MASTER_KEYS_FILE={path}\n")

    assert value_of(load_settings(), "MASTER_KEYS") == VALUES["MASTER_KEYS"]


@pytest.mark.parametrize("name", VALUES)
def test_both_at_once_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    """One of them would silently be ignored, such as a new key."""
    path = write_secret(tmp_path / "run", name)
    (tmp_path / ".env").write_text(f"DRESSFORM_{name}_FILE={path}\n")
    monkeypatch.setenv(f"DRESSFORM_{name}", VALUES[name])

    assert refusal() == (
        f"Setting refused: DRESSFORM_{name} and DRESSFORM_{name}_FILE must not both be set: remove "
        "one of them."
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "No such file or directory"), (b" \n", "it is empty"), (b"\xff", "it is not UTF-8")],
)
def test_a_file_without_a_secret_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None, reason: str
) -> None:
    path = tmp_path / "keys"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("DRESSFORM_MASTER_KEYS_FILE", str(path))

    assert refusal() == (
        f"Setting refused: DRESSFORM_MASTER_KEYS_FILE must name a readable file, and {path} is none: "
        f"{reason}."
    )


@pytest.mark.parametrize("name", VALUES)
def test_the_content_is_checked_like_the_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "secret"
    path.write_text("s3cr3t of another kind")
    monkeypatch.setenv(f"DRESSFORM_{name}_FILE", str(path))

    assert refusal().startswith(f"Setting refused: DRESSFORM_{name} must ")
