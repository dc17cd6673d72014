"""Production refuses connections that another machine could read, and proxies that are everybody."""

import base64
import os
from pathlib import Path

import pytest

from dressform.errors import StartupError
from dressform.settings.loader import load_settings
from dressform.settings.settings import Settings

SECRET = "s3cr3t-tapestry"
PRODUCTION = {
    "ENVIRONMENT": "production",
    "STATE_DIR": "/var/lib/dressform",
    "DATABASE_URL": f"postgresql://dressform:{SECRET}@db.example/dressform?sslmode=verify-full",
    "MASTER_KEYS": f"2026-11:{base64.b64encode(bytes(range(3, 227, 7))).decode()}",
    "SMTP_URL": f"smtps://dressform:{SECRET}@mail.example",
    "PUBLIC_URL": "https://api.sewing.example",
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PGHOST", raising=False)
    for name in os.environ:
        if name.startswith("DRESSFORM_"):
            monkeypatch.delenv(name)


def load(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in (PRODUCTION | values).items():
        monkeypatch.setenv(f"DRESSFORM_{name}", value)
    return load_settings()


def refusal(monkeypatch: pytest.MonkeyPatch, **values: str) -> str:
    with pytest.raises(StartupError) as caught:
        load(monkeypatch, **values)
    return str(caught.value)


DATABASE = (
    "Setting refused: DRESSFORM_DATABASE_URL must contain sslmode=verify-full in production, for a "
    "database on another host: any other mode does not verify whom it sends the password to."
)
MAIL = (
    "Setting refused: DRESSFORM_SMTP_URL must begin with smtps:// or smtp+starttls:// in production, "
    "for a mail server on another host: smtp:// sends mails and the password in clear text."
)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:s3cr3t-tapestry@db.example/d",
        "postgresql://u:s3cr3t-tapestry@db.example/d?sslmode=disable",
        "postgresql://u:s3cr3t-tapestry@db.example/d?sslmode=prefer",
        "postgresql://u:s3cr3t-tapestry@db.example/d?sslmode=require",
        "postgresql://u:s3cr3t-tapestry@db.example/d?ssl=require",
        "postgresql://u:s3cr3t-tapestry@db.example/d?sslmode=verify-ca",
        "postgresql://u:s3cr3t-tapestry@db.example/d?sslmode=verify-full&sslmode=disable",
        "postgresql://u:s3cr3t-tapestry@db.example/d?sslmode=verify-full&ssl=disable",
        "postgresql://u:s3cr3t-tapestry@10.0.0.7/d",
        "postgresql://u:s3cr3t-tapestry@/d?host=db.example",
        "postgresql://u:s3cr3t-tapestry@/d?host=localhost,db.example",
        "postgresql://u:s3cr3t-tapestry@localhost/d?host=db.example",
        "postgresql://u:s3cr3t-tapestry@localhost.example/d",
        "postgresql://u:s3cr3t-tapestry@127.0.0.1.example/d",
    ],
)
def test_a_database_beyond_this_machine_is_verified(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    assert refusal(monkeypatch, DATABASE_URL=url) == DATABASE


def test_a_database_of_the_machines_environment_is_verified(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """asyncpg connects to PGHOST when the URL names no host."""
    monkeypatch.setenv("PGHOST", "db.example")

    assert refusal(monkeypatch, DATABASE_URL="postgresql://u@/d") == DATABASE


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u@db.example/d?sslmode=verify-full",
        "postgresql://u@db.example/d?ssl=verify-full",
        "postgresql://u@db.example/d?sslmode=verify-full&sslrootcert=/etc/dressform/ca.crt",
        "postgresql://u@localhost/d",
        "postgresql://u@127.0.0.9/d",
        "postgresql://u@[::1]/d",
        "postgresql://u@/d",
        "postgresql://u@/d?host=%2Frun%2Fpostgresql",
    ],
)
def test_a_verified_or_a_local_database_is_accepted(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    assert load(monkeypatch, DATABASE_URL=url).in_production


@pytest.mark.parametrize("host", ["mail.example", "10.0.0.7", "localhost.example", "[2001:db8::1]"])
def test_mail_in_clear_text_stays_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    assert refusal(monkeypatch, SMTP_URL=f"smtp://u:{SECRET}@{host}:25") == MAIL


@pytest.mark.parametrize("scheme", ["imap", "pop3", "IMAP"])
def test_mailbox_in_clear_text_stays_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    said = refusal(monkeypatch, BOUNCE_MAILBOX_URL=f"{scheme}://u:{SECRET}@mail.example")

    assert said.startswith("Setting refused: DRESSFORM_BOUNCE_MAILBOX_URL must ")


@pytest.mark.parametrize(
    "url",
    [
        "imaps://u:p@mail.example/INBOX",
        "imap+starttls://u:p@mail.example",
        "pop3s://u:p@mail.example",
        "pop3://u:p@localhost",
    ],
)
def test_mailbox_under_tls_or_on_this_machine_is_taken(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    assert load(monkeypatch, BOUNCE_MAILBOX_URL=url).in_production


@pytest.mark.parametrize(
    "url",
    [
        "smtps://mail.example",
        "smtp+starttls://mail.example",
        "smtp://localhost",
        "smtp://127.0.0.1:1025",
        "smtp://[::1]",
    ],
)
def test_encrypted_or_local_mail_is_accepted(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert load(monkeypatch, SMTP_URL=url).in_production


@pytest.mark.parametrize("name", ["PUBLIC_URL", "DATASET_URL", "SITE_URL", "ALLOWED_ORIGINS"])
def test_pages_in_clear_text_are_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Links that reset a password lead to the site, and its origin sends tokens."""
    assert refusal(monkeypatch, **{name: "http://sewing.example"}) == (
        f"Setting refused: DRESSFORM_{name} must begin with https:// in production, and "
        "http://sewing.example does not."
    )


def test_one_origin_in_clear_text_among_others_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    origins = "https://sewing.example,http://localhost:3000,http://www.sewing.example"

    assert "http://www.sewing.example does not" in refusal(monkeypatch, ALLOWED_ORIGINS=origins)


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000"])
def test_pages_of_this_machine_are_accepted(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    url = f"http://{host}"
    settings = load(monkeypatch, PUBLIC_URL=url, SITE_URL=url, ALLOWED_ORIGINS=url)

    assert not settings.secure_cookies


@pytest.mark.parametrize(
    "network",
    ["0.0.0.0/0", "::/0", "0.0.0.0/1", "8.0.0.0/11", "10.0.0.0/7", "2000::/3", "2a00::/27", "::/1"],
)
def test_proxies_that_are_everybody_are_refused(
    monkeypatch: pytest.MonkeyPatch, network: str
) -> None:
    """Any client could write any address into the access log."""
    assert refusal(monkeypatch, TRUSTED_PROXIES=f"10.0.0.0/8,{network}") == (
        "Setting refused: DRESSFORM_TRUSTED_PROXIES must name the networks of your own proxies in "
        f"production, and {network} holds strangers: a public network may be a /12 (IPv6: a /28) at "
        "most."
    )


def test_private_networks_and_those_of_delivery_networks_are_accepted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    networks = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,fd00::/8,104.16.0.0/13"

    assert len(load(monkeypatch, TRUSTED_PROXIES=f"{networks},2400:cb00::/32").trusted_proxies) == 7


def test_a_development_machine_takes_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch,
        ENVIRONMENT="development",
        DATABASE_URL="postgresql://u@db.example/d",
        SMTP_URL="smtp://mail.example",
        SITE_URL="http://sewing.example",
        TRUSTED_PROXIES="0.0.0.0/0",
    )

    assert not settings.in_production
