"""Each wrong setting is named in one sentence, and what is secret is never repeated."""

import base64
import os
import re
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from dressform.clock import now
from dressform.errors import StartupError
from dressform.settings.key_ring import parse_master_keys
from dressform.settings.loader import load_settings
from dressform.settings.settings import Environment, Settings
from tests.helpers.cli import dressform
from tests.tools.generate import TOP

# Fixed, because it stands in the names of tests, which every test process must agree on.
KEY = f"2026-11:{base64.b64encode(bytes(range(3, 227, 7))).decode()}"
SECRET = "s3cr3t-tapestry"
PRODUCTION = {
    "ENVIRONMENT": "production",
    "STATE_DIR": "/var/lib/dressform",
    "DATABASE_URL": f"postgresql://dressform:{SECRET}@db.example/dressform?sslmode=verify-full",
    "MASTER_KEYS": KEY,
    "SMTP_URL": f"smtps://dressform:{SECRET}@mail.example",
    "PUBLIC_URL": "https://api.sewing.example",
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No `.env` of the checkout and no variable of the machine."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("DRESSFORM_"):
            monkeypatch.delenv(name)


def loaded(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(f"DRESSFORM_{name}", value)
    return load_settings()


def refused(monkeypatch: pytest.MonkeyPatch, **values: str) -> str:
    with pytest.raises(StartupError) as caught:
        loaded(monkeypatch, **values)
    assert caught.value.__cause__ is None
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENVIRONMENT", "staging"),
        ("PORT", "http"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("WORKERS", "0"),
        ("WORKERS", "two"),
        ("PUBLIC_URL", "dressform.example"),
        ("PUBLIC_URL", "ftp://dressform.example"),
        ("PUBLIC_URL", "https://dressform.example/?a=b"),
        ("PUBLIC_URL", "https://dressform.example:port"),
        ("PUBLIC_URL", "https://"),
        ("DATASET_URL", "data.sewing.example"),
        ("PUBLISHER", "Two\nlines"),
        ("PUBLISHER", "x" * 201),
        ("SITE_URL", "javascript:alert(1)"),
        ("ALLOWED_ORIGINS", "*"),
        ("ALLOWED_ORIGINS", "https://sewing.example,null"),
        ("ALLOWED_ORIGINS", "https://sewing.example/path"),
        ("TRUSTED_PROXIES", "everyone"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,10.0.0.0/99"),
        ("TRUSTED_PROXIES", "*"),
        ("DATABASE_URL", f"mysql://dressform:{SECRET}@db/dressform"),
        ("DATABASE_URL", f"postgresql://dressform:{SECRET}@db:port/dressform"),
        ("DATABASE_URL", f"postgresql://dressform:{SECRET}/x:y@db/dressform"),
        ("DATABASE_URL", SECRET),
        ("DATABASE_POOL_SIZE", "0"),
        ("DATABASE_BEHIND_PGBOUNCER", "perhaps"),
        ("MASTER_KEYS", SECRET),
        ("MASTER_KEYS", f"2026:{SECRET}"),
        ("MASTER_KEYS", f"{KEY},{KEY}"),
        ("MASTER_KEYS", ","),
        ("MASTER_KEYS", "weak:" + "A" * 43 + "="),
        ("MASTER_KEYS", KEY[:-4]),
        ("MASTER_KEYS", f"with space:{KEY.partition(':')[2]}"),
        ("SMTP_URL", f"http://dressform:{SECRET}@mail"),
        ("BOUNCE_ADDRESS", "reports-of-failed-mails@sewing.example"),
        ("BOUNCE_ADDRESS", "Bounces <bounces@sewing.example>"),
        ("BOUNCE_MAILBOX_URL", "imaps://mail.example"),
        ("BOUNCE_SECRET", SECRET),
        ("METRICS_TOKEN", f"{SECRET} " * 3),
        ("SMTP_URL", f"smtp://dressform:{SECRET}@"),
        ("SMTP_URL", f"smtp://dressform:{SECRET}@mail:port"),
        ("MAIL_FROM", "nobody"),
        ("MAIL_FROM", "Our Site <no reply@sewing.example>"),
        ("MAIL_FROM", """ "unfinished <a@b.example>"""),
        ("WORKER_INTERVAL", "soon"),
        ("WORKER_INTERVAL", "PT0S"),
        ("WORKER_INTERVAL", "PT2H"),
        ("CLOCK_AHEAD", "-P1D"),
        ("CLOCK_AHEAD", "P36501D"),
        ("CLOCK_AHEAD", "P99999999D"),
        ("CLOCK_AHEAD", "P9999999999D"),
        ("CLOCK_AHEAD", "P185"),
        ("CONTACT", "nobody"),
        ("CONTACT", "Us <privacy@sewing.example>"),
        ("CONTACT", "https://sewing.example"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
        ("DATABASE_URL_FILE", "missing"),
        ("MASTER_KEYS_FILE", "/"),
        ("SMTP_URL_FILE", os.devnull),
        ("STATE_DIR", __file__),
    ],
)
def test_a_wrong_one_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    said = refused(monkeypatch, **{name: value})

    assert re.fullmatch(rf"Setting refused: DRESSFORM_{name} [^\n]+\.", said)
    assert not re.search("validation error|pattern|timedelta|Input|parse|unable|valid ", said)
    assert SECRET not in said
    assert KEY.partition(":")[2][:12] not in said


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("LOG_LEVEL", "loud", "must be 'debug', 'info', 'warning' or 'error'"),
        (
            "WORKER_INTERVAL",
            "5 m",
            "must be a duration like PT5M (five minutes) or P185D (185 days)",
        ),
        ("CLOCK_AHEAD", "185", "must be a duration like PT5M (five minutes) or P185D (185 days)"),
        ("CLOCK_AHEAD", "P99999999D", "must not be more than a hundred years (P36500D)"),
        ("PORT", "http", "must be a whole number"),
        ("DATABASE_BEHIND_PGBOUNCER", "perhaps", "must be true or false"),
        (
            "TRUSTED_PROXIES",
            "10.0.0.0/8, 10.1.2.3/16",
            "must be networks like 10.0.0.0/8, separated by commas: 10.1.2.3/16 has host bits set",
        ),
        (
            "TRUSTED_PROXIES",
            "10.0.0.0/8,proxy",
            (
                "must be networks like 10.0.0.0/8, separated by commas: 'proxy' does not appear to be "
                "an IPv4 or IPv6 network"
            ),
        ),
        (
            "MASTER_KEYS",
            SECRET,
            (
                "must have each key written as id:base64, with an id of 1 to 64 letters, digits and "
                "hyphens, such as 2026-11 (make one with `dressform keys new 2026-11`)"
            ),
        ),
    ],
)
def test_what_it_must_be_is_said_in_words_of_ours(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    assert refused(monkeypatch, **{name: value}) == f"Setting refused: DRESSFORM_{name} {expected}."


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("DRESSFORM_MIAL_FROM", "DRESSFORM_MAIL_FROM is one"),
        ("dressform_prot", "DRESSFORM_PORT is one"),
        ("DRESSFORM_COLOUR", "see .env.example"),
    ],
)
def test_a_misspelt_variable_is_told(monkeypatch: pytest.MonkeyPatch, name: str, said: str) -> None:
    monkeypatch.setenv(name, "1")
    with pytest.raises(StartupError) as caught:
        load_settings()

    assert str(caught.value) == f"Setting refused: {name} is no setting: {said}."


@pytest.mark.parametrize("name", ["DATABASE_URL", "MASTER_KEYS", "SMTP_URL"])
def test_production_refuses_what_would_be_generated(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    said = refused(monkeypatch, **{n: v for n, v in PRODUCTION.items() if n != name})

    assert said == f"Setting refused: DRESSFORM_{name} must be set in production."


def test_an_empty_one_counts_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refused(monkeypatch, **PRODUCTION | {"MASTER_KEYS": ""})

    assert "DRESSFORM_MASTER_KEYS must be set" in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "http://api.sewing.example"),
        ("DATASET_URL", "http://data.sewing.example"),
        ("CLOCK_AHEAD", "P1D"),
        ("STATE_DIR", "var"),
        ("STATE_DIR", ""),
        ("MASTER_KEYS", "weak:" + "QUFB" * 10 + "QUE="),
    ],
)
def test_production_refuses_what_is_weak(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    assert f"DRESSFORM_{name} " in refused(monkeypatch, **PRODUCTION | {name: value})


def test_production_with_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(monkeypatch, **PRODUCTION)

    assert settings.in_production
    assert settings.secure_cookies
    assert settings.clock is now
    assert SECRET not in repr(settings)
    assert KEY not in repr(settings)


def test_several_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(
        monkeypatch,
        TRUSTED_PROXIES=" 10.0.0.0/8, fd00::/8,192.0.2.7",
        ALLOWED_ORIGINS="https://a.example , http://localhost:3000",
        WORKER_INTERVAL="PT90S",
        PORT="0",
    )

    assert settings.trusted_proxies == tuple(
        map(ip_network, ("10.0.0.0/8", "fd00::/8", "192.0.2.7"))
    )
    assert settings.allowed_origins == ("https://a.example", "http://localhost:3000")
    assert settings.worker_interval == timedelta(seconds=90)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_any_spelling_of_postgresql_is_for_our_driver(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    settings = loaded(monkeypatch, DATABASE_URL=f"{scheme}://u@/db?host=%2Frun&sslmode=disable")

    assert settings.database_url is not None
    expected = "postgresql+asyncpg://u@/db?host=%2Frun&sslmode=disable"
    assert settings.database_url.get_secret_value() == expected


def test_defaults() -> None:
    settings = load_settings()

    assert settings.environment is Environment.DEVELOPMENT
    assert settings.public_url == settings.frontend_url == "http://localhost:8000"
    assert not settings.secure_cookies
    assert settings.dataset_url == "http://localhost:8000"
    assert settings.dataset_publisher == "localhost"


def test_the_dataset_is_published_by_the_site_unless_it_says_by_whom(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site = loaded(monkeypatch, PUBLIC_URL="https://api.x.example", SITE_URL="https://x.example")
    named = loaded(monkeypatch, PUBLISHER=" Sewing Example ", DATASET_URL="https://d.example/")

    assert (site.dataset_publisher, site.dataset_url) == ("x.example", "https://api.x.example")
    assert (named.dataset_publisher, named.dataset_url) == ("Sewing Example", "https://d.example")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("DRESSFORM_PROT=8000", "DRESSFORM_PROT is no setting: DRESSFORM_PORT is one."),
        ("DRESSFORM_PORT=none", "DRESSFORM_PORT must be a whole number."),
        ("DRESFORM_PORT=8000", "DRESFORM_PORT is no setting: DRESSFORM_PORT is one."),
        ("DRESSFORM_PORT 8000", "line 1 of the file .env is none: write DRESSFORM_NAME=value."),
    ],
)
def test_a_mistake_in_the_file(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / ".env").write_text(f"{line}\n")
    with pytest.raises(StartupError) as caught:
        load_settings()

    assert str(caught.value).startswith(f"Setting refused: {said}")


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"DRESSFORM_HOST=\xff\xfe\n")
    with pytest.raises(StartupError, match=r"the file \.env cannot be read as UTF-8"):
        load_settings()


def test_the_environment_comes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("DRESSFORM_PORT=1\nDRESSFORM_HOST=0.0.0.0\n")

    settings = loaded(monkeypatch, PORT="2")
    assert (settings.port, settings.host) == (2, "0.0.0.0")


EXAMPLE = (TOP / ".env.example").read_text()


def test_the_example_has_every_setting() -> None:
    named = re.findall(r"^#?DRESSFORM_([A-Z_]+)=", EXAMPLE, re.MULTILINE)

    assert sorted(name.lower() for name in named) == sorted(Settings.model_fields)


def test_each_in_the_example_is_explained() -> None:
    for block in re.split(r"\n\n", EXAMPLE.strip()):
        assert block.startswith("# "), block


def test_the_example_as_it_is_changes_nothing(tmp_path: Path) -> None:
    """What is not commented out are the defaults."""
    bare = load_settings()
    (tmp_path / ".env").write_text(EXAMPLE)

    assert load_settings() == bare


def test_what_the_example_leaves_out_is_taken_too(tmp_path: Path) -> None:
    text = re.sub(r"^#(?=DRESSFORM_(?!\w+_FILE=))", "", EXAMPLE, flags=re.MULTILINE)
    text = text.replace("2026-11:put-the-key-here", KEY)
    (tmp_path / ".env").write_text(text)
    settings = load_settings()

    assert settings.site_url == "https://sewing.example"
    assert settings.master_keys is not None
    assert parse_master_keys(settings.master_keys.get_secret_value())


@pytest.mark.parametrize("command", ["up", "serve", "worker", "migrate", "retention", "psql"])
async def test_a_command_says_it_without_a_traceback(tmp_path: Path, command: str) -> None:
    environment = {"PATH": os.environ["PATH"], "DRESSFORM_STATE_DIR": str(tmp_path)}
    environment["DRESSFORM_DATABASE_URL"] = f"mysql://dressform:{SECRET}@db/dressform"
    done = await dressform(command, environment=environment)

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("dressform: Setting refused: DRESSFORM_DATABASE_URL must be like")
    assert done.stderr.count("\n") == 1
    assert SECRET not in done.stderr
