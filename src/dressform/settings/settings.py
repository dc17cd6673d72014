"""The settings of a process, from the variables `DRESSFORM_*` and the file `.env`; immutable."""

import os
from datetime import timedelta
from email.utils import parseaddr
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import NoDecode, SettingsConfigDict

from dressform.clock import Clock, now, offset_clock
from dressform.settings.key_ring import parse_master_keys
from dressform.settings.local_hosts import is_local_host
from dressform.settings.mail_settings import MailSettings, secret_validator
from dressform.settings.messages import PREFIX
from dressform.settings.production import check_production
from dressform.settings.secret_files import read_secret_files
from dressform.settings.validators import (
    Network,
    parse_network,
    validate_email,
    validate_http_url,
    validate_origin,
    validate_postgres_url,
    validate_publisher_name,
    validate_token,
)

ENV_FILE = Path(".env")
_MAX_BACKUP_RETENTION = timedelta(days=3650)
_MAX_CLOCK_OFFSET = timedelta(days=36500)


HttpUrl = Annotated[str, AfterValidator(validate_http_url)]
Origin = Annotated[str, AfterValidator(validate_origin)]
ProxyNetwork = Annotated[Network, BeforeValidator(parse_network)]


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(MailSettings):
    """The settings of a process. Every field is described in `.env.example`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
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
    public_url: HttpUrl = Field(default_factory=lambda data: f"http://localhost:{data['port']}")
    site_url: HttpUrl | None = None
    contact: Annotated[str, AfterValidator(validate_email)] | None = None
    publisher: Annotated[str, AfterValidator(validate_publisher_name)] | None = None
    dataset_url: HttpUrl = Field(default_factory=lambda data: data["public_url"])
    allowed_origins: Annotated[tuple[Origin, ...], NoDecode] = ()
    trusted_proxies: Annotated[tuple[ProxyNetwork, ...], NoDecode] = ()
    database_url: Annotated[SecretStr, secret_validator(validate_postgres_url)] | None = None
    database_url_file: Path | None = None
    database_pool_size: Annotated[int, Field(ge=1, le=100)] = 10
    database_behind_pgbouncer: bool = False
    master_keys: SecretStr | None = None
    master_keys_file: Path | None = None
    password_filter: Path | None = None
    metrics_token: Annotated[SecretStr, secret_validator(validate_token)] | None = None
    metrics_token_file: Path | None = None
    log_probes: bool = True
    member_requests_per_minute: Annotated[int, Field(ge=1, le=10**9)] = 600
    public_requests_per_second: Annotated[int, Field(ge=1, le=10**9)] = 20
    failed_logins_per_minute: Annotated[int, Field(ge=1, le=10**9)] = 30
    worker_interval: timedelta = timedelta(minutes=5)
    backup_retention: timedelta = timedelta(days=30)
    clock_ahead: timedelta = timedelta(0)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"

    @field_validator("allowed_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split_list(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("master_keys")
    @classmethod
    def _check_master_keys(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parse_master_keys(value.get_secret_value())
        return value

    @field_validator("state_dir")
    @classmethod
    def _check_state_dir(cls, value: Path) -> Path:
        if os.path.isfile(value):  # noqa: PTH113  Path.is_file raises PermissionError
            msg = f"must be a folder, and {value} is a file"
            raise ValueError(msg)
        return value

    @field_validator("worker_interval")
    @classmethod
    def _check_worker_interval(cls, value: timedelta) -> timedelta:
        if not timedelta(seconds=1) <= value <= timedelta(hours=1):
            msg = "must lie between one second (PT1S) and one hour (PT1H)"
            raise ValueError(msg)
        return value

    @field_validator("backup_retention")
    @classmethod
    def _check_backup_retention(cls, value: timedelta) -> timedelta:
        if value % timedelta(days=1) or not timedelta(days=1) <= value <= _MAX_BACKUP_RETENTION:
            msg = "must be whole days, from one (P1D) to ten years (P3650D)"
            raise ValueError(msg)
        return value

    @field_validator("clock_ahead")
    @classmethod
    def _check_clock_offset(cls, value: timedelta) -> timedelta:
        if value < timedelta(0):
            msg = "can't be negative: a clock that is set back would keep data too long"
            raise ValueError(msg)
        if value > _MAX_CLOCK_OFFSET:
            msg = "must not be more than a hundred years (P36500D)"
            raise ValueError(msg)
        return value

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        return read_secret_files(values)

    @model_validator(mode="after")
    def _check_production(self) -> Self:
        if self.in_production:
            check_production(self)
        return self

    @property
    def in_production(self) -> bool:
        """Return whether the environment is production."""
        return self.environment is Environment.PRODUCTION

    @cached_property
    def clock(self) -> Clock:
        """Return the clock of the service, ahead by DRESSFORM_CLOCK_AHEAD."""
        return offset_clock(self.clock_ahead) if self.clock_ahead else now

    @property
    def frontend_url(self) -> str:
        """Return the base URL of links in mails: the site's, or else this service's own."""
        return self.site_url or self.public_url

    @property
    def mail_site_name(self) -> str:
        """Return the name of the site in mails: the one that is set, else that of the sender, else
        the site's host.
        """
        sender = parseaddr(self.mail_from)[0]
        return self.site_name or sender or str(urlsplit(self.frontend_url).hostname)

    @property
    def dataset_publisher(self) -> str:
        """Return who publishes the open dataset: the name that is set, or else the site's host."""
        return self.publisher or str(urlsplit(self.frontend_url).hostname)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Return the hosts under which members know the site, without repetition."""
        urls = (self.frontend_url, self.public_url, *self.allowed_origins)
        hosts = [urlsplit(url).hostname for url in urls]
        return tuple(dict.fromkeys(host for host in hosts if host))

    @property
    def secure_cookies(self) -> bool:
        """Return whether cookies are marked Secure: always, except over http on a local host."""
        url = urlsplit(self.public_url)
        return not (url.scheme == "http" and is_local_host(url.hostname))
