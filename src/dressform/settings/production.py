"""The checks of production: missing secrets, clear text beyond this machine, trust in everybody.

Each check raises ValueError with one sentence that names the setting and says what to set.
"""

import os
from collections.abc import Iterable
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from dressform.settings.local_hosts import is_local_host
from dressform.settings.messages import PREFIX
from dressform.settings.validators import Network

_VERIFYING_MODE = "verify-full"
_PRIVATE_NETWORKS = tuple(
    map(
        ip_network,
        (
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "fc00::/7",
        ),
    )
)
_LEAST_PUBLIC_PREFIX = {4: 12, 6: 28}
"""The largest public networks of proxies: those that content delivery networks publish fit in."""


class ProductionSettings(Protocol):
    """The settings that are checked."""

    @property
    def state_dir(self) -> Path: ...
    @property
    def public_url(self) -> str: ...
    @property
    def dataset_url(self) -> str: ...
    @property
    def site_url(self) -> str | None: ...
    @property
    def allowed_origins(self) -> tuple[str, ...]: ...
    @property
    def trusted_proxies(self) -> tuple[Network, ...]: ...
    @property
    def database_url(self) -> SecretStr | None: ...
    @property
    def master_keys(self) -> SecretStr | None: ...
    @property
    def smtp_url(self) -> SecretStr | None: ...
    @property
    def bounce_mailbox_url(self) -> SecretStr | None: ...
    @property
    def clock_ahead(self) -> timedelta: ...


def check_production(settings: ProductionSettings) -> None:
    """Raise ValueError for the first setting that production refuses."""
    database_url = _require("DATABASE_URL", settings.database_url)
    _require("MASTER_KEYS", settings.master_keys)
    smtp_url = _require("SMTP_URL", settings.smtp_url)
    if not settings.state_dir.is_absolute():
        _refuse(
            "STATE_DIR",
            "must be set to a path that begins with / in production, such as /var/lib/dressform: "
            "any other depends on the folder that a command is run in",
        )
    _check_https("PUBLIC_URL", [settings.public_url])
    _check_https("DATASET_URL", [settings.dataset_url])
    _check_https("SITE_URL", [settings.site_url] if settings.site_url else [])
    _check_https("ALLOWED_ORIGINS", settings.allowed_origins)
    _check_database(database_url)
    _check_smtp(smtp_url)
    if settings.bounce_mailbox_url is not None:
        _check_mailbox(settings.bounce_mailbox_url.get_secret_value())
    _check_proxies(settings.trusted_proxies)
    if settings.clock_ahead:
        _refuse("CLOCK_AHEAD", "is for trying things out and is refused in production")


def _refuse(name: str, reason: str) -> None:
    raise ValueError(f"{PREFIX}{name} {reason}")


def _require(name: str, secret: SecretStr | None) -> str:
    if secret is None:
        raise ValueError(f"{PREFIX}{name} must be set in production")
    return secret.get_secret_value()


def _check_https(name: str, urls: Iterable[str]) -> None:
    for url in urls:
        parts = urlsplit(url)
        if parts.scheme != "https" and not is_local_host(parts.hostname):
            _refuse(name, f"must begin with https:// in production, and {url} does not")


def _check_database(url: str) -> None:
    """Refuse a server on another host whose certificate would not be verified.

    asyncpg encrypts with `require` and `prefer`, and accepts any certificate.
    """
    parts = urlsplit(url)
    options = parse_qs(parts.query)
    named = [parts.hostname or "", *options.get("host", ())]
    hosts = [host for one in named for host in one.split(",") if host]
    # Without a host asyncpg takes that of PGHOST, else a socket or localhost.
    hosts = hosts or [os.environ.get("PGHOST", "localhost")]
    modes = {*options.get("sslmode", ()), *options.get("ssl", ())}
    if modes != {_VERIFYING_MODE} and not all(map(is_local_host, hosts)):
        _refuse(
            "DATABASE_URL",
            f"must contain sslmode={_VERIFYING_MODE} in production, for a database on another "
            "host: any other mode does not verify whom it sends the password to",
        )


def _check_smtp(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "smtp" and not is_local_host(parts.hostname):
        _refuse(
            "SMTP_URL",
            "must begin with smtps:// or smtp+starttls:// in production, for a mail server on "
            "another host: smtp:// sends mails and the password in clear text",
        )


def _check_mailbox(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme in {"imap", "pop3"} and not is_local_host(parts.hostname):
        _refuse(
            "BOUNCE_MAILBOX_URL",
            "must begin with imaps://, pop3s:// or one with +starttls in production, for a server "
            "on another host: any other sends the password in clear text",
        )


def _check_proxies(networks: Iterable[Network]) -> None:
    for network in networks:
        if network.prefixlen < _LEAST_PUBLIC_PREFIX[network.version] and not _is_private(network):
            _refuse(
                "TRUSTED_PROXIES",
                f"must name the networks of your own proxies in production, and {network} holds "
                "strangers: a public network may be a /12 (IPv6: a /28) at most",
            )


def _is_private(network: Network) -> bool:
    # `is_private` of ipaddress looks at the first and the last address of a network alone.
    return any(
        network.version == private.version and network.subnet_of(private)  # type: ignore[arg-type]
        for private in _PRIVATE_NETWORKS
    )
