"""All settings of a process, read once from `DRESSFORM_*` and the file `.env`, frozen from then on."""

import base64
import binascii
import ipaddress
import re
from datetime import timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from dressform.clock import Clock, ahead_by, now
from dressform.errors import StartupError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_PLAIN = {"extra_forbidden": "is no setting: see .env.example"}
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+")

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """What an operator decides. Every field is described in `.env.example`."""

    model_config = SettingsConfigDict(
        env_prefix="DRESSFORM_",
        env_file=".env",
        extra="forbid",
        frozen=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    environment: Environment = Environment.DEVELOPMENT
    state_dir: Path = Path("var")
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    public_url: str = Field(default_factory=lambda data: f"http://localhost:{data['port']}")
    site_url: str | None = None
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = ()
    database_url: SecretStr | None = None
    database_pool_size: Annotated[int, Field(ge=1, le=100)] = 10
    database_behind_pgbouncer: bool = False
    master_keys: SecretStr | None = None
    smtp_url: SecretStr | None = None
    mail_from: str = "Dressform <no-reply@localhost>"
    worker_interval: timedelta = timedelta(minutes=5)
    clock_ahead: timedelta = timedelta(0)
    log_level: Annotated[str, Field(pattern="^(debug|info|warning|error)$")] = "info"

    @field_validator("allowed_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("public_url", "site_url")
    @classmethod
    def _is_a_web_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        scheme, _, rest = value.partition("://")
        if (
            scheme not in {"http", "https"}
            or not _is_url(rest, host=True)
            or set(value) & set("?# ")
        ):
            msg = "must be an address like https://dressform.example"
            raise ValueError(msg)
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        scheme, _, rest = value.get_secret_value().partition("://")
        if scheme not in {"postgres", "postgresql", "postgresql+asyncpg"} or not _is_url(rest):
            # What is wrong with it is not repeated: it may be a part of the password.
            msg = (
                "must be like postgresql://user:password@host:5432/name, with %xx for what is "
                "special in the password"
            )
            raise ValueError(msg)
        return SecretStr(f"postgresql+asyncpg://{rest}")

    @field_validator("smtp_url")
    @classmethod
    def _is_smtp(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            scheme, _, rest = value.get_secret_value().partition("://")
            if scheme not in {"smtp", "smtps", "smtp+starttls"} or not _is_url(rest, host=True):
                msg = "must be smtp://, smtp+starttls:// or smtps:// with a host"
                raise ValueError(msg)
        return value

    @field_validator("mail_from")
    @classmethod
    def _is_a_sender(cls, value: str) -> str:
        name, address = parseaddr(value)
        try:
            Address(name, addr_spec=address)
        except (ValueError, HeaderParseError):
            address = ""
        if "@" not in address:
            msg = "must be like Our Site <no-reply@sewing.example>"
            raise ValueError(msg)
        return value

    @field_validator("allowed_origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if not _ORIGIN.fullmatch(origin):
                msg = "must be origins like https://sewing.example, separated by commas; never *"
                raise ValueError(msg)
        return value

    @field_validator("master_keys")
    @classmethod
    def _are_strong_keys(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parse_master_keys(value.get_secret_value())
        return value

    @field_validator("worker_interval")
    @classmethod
    def _is_a_round(cls, value: timedelta) -> timedelta:
        if not timedelta(seconds=1) <= value <= timedelta(hours=1):
            msg = "must lie between one second (PT1S) and one hour (PT1H)"
            raise ValueError(msg)
        return value

    @field_validator("clock_ahead")
    @classmethod
    def _is_not_behind(cls, value: timedelta) -> timedelta:
        if value < timedelta(0):
            msg = "can't be negative: a clock that is set back would keep data too long"
            raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def _production_is_complete(self) -> Self:
        if self.environment is not Environment.PRODUCTION:
            return self
        for name in ("database_url", "master_keys", "smtp_url"):
            if getattr(self, name) is None:
                msg = f"DRESSFORM_{name.upper()} must be set in production"
                raise ValueError(msg)
        if not self.public_url.startswith("https://"):
            msg = "DRESSFORM_PUBLIC_URL must begin with https:// in production"
            raise ValueError(msg)
        if self.clock_ahead:
            msg = "DRESSFORM_CLOCK_AHEAD is for trying things out and is refused in production"
            raise ValueError(msg)
        return self

    @property
    def in_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @cached_property
    def clock(self) -> Clock:
        return ahead_by(self.clock_ahead) if self.clock_ahead else now

    @property
    def link_base(self) -> str:
        """Where the pages that mails link to live: the site, or else this service's own."""
        return self.site_url or self.public_url

    @property
    def secure_cookies(self) -> bool:
        url = urlsplit(self.public_url)
        return not (url.scheme == "http" and url.hostname in LOCAL_HOSTS)


def _is_url(rest: str, *, host: bool = False) -> bool:
    """Whether what follows ``scheme://`` can be taken apart, and names a host if it must."""
    try:
        url = urlsplit(f"//{rest}")
        return url.port != -1 and (bool(url.hostname) or not host)  # Looking at the port checks it.
    except ValueError:
        return False


def parse_master_keys(text: str) -> tuple[tuple[str, bytes], ...]:
    """``id:base64,id:base64`` as pairs of id and 32 bytes; the first is the one that seals.

    Raises ValueError, without the key in its text, for anything malformed or guessable.
    """
    pairs: list[tuple[str, bytes]] = []
    for entry in filter(None, (part.strip() for part in text.split(","))):
        key_id, separator, encoded = entry.partition(":")
        if not separator or not key_id.isascii() or not key_id.replace("-", "").isalnum():
            msg = "each key must be written as id:base64 (make one with `dressform keys new`)"
            raise ValueError(msg)
        try:
            key = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != 32 or len(set(key)) < 12:  # noqa: PLR2004  32 random bytes: AES-256
            msg = f"key {key_id!r} is not 32 random bytes (make one with `dressform keys new`)"
            raise ValueError(msg)
        pairs.append((key_id, key))
    if not pairs or len({key_id for key_id, _ in pairs}) != len(pairs):
        msg = "at least one key is needed, and no id twice"
        raise ValueError(msg)
    return tuple(pairs)


def load(**overrides: object) -> Settings:
    """The settings of this process.

    Raises StartupError with one sentence that names the first wrong or missing setting.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise StartupError(f"Setting refused: {_said(first)}.") from None
    except (OSError, UnicodeDecodeError):
        raise StartupError("Setting refused: the file .env cannot be read as UTF-8.") from None


def _said(error: ErrorDetails) -> str:
    message = error["msg"].removeprefix("Value error, ")
    if message.startswith("DRESSFORM_"):
        return message
    name = str(error["loc"][0]).upper()
    name = name if name.startswith("DRESSFORM_") else f"DRESSFORM_{name}"
    return f"{name} {_PLAIN.get(error['type'], message.replace('Input should', 'must'))}"
