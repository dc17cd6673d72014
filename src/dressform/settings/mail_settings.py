"""The settings of mail: how it is sent, and how the reports of failed mails come back."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings

from dressform.settings.validators import (
    validate_bounce_address,
    validate_mailbox_url,
    validate_publisher_name,
    validate_sender,
    validate_smtp_url,
    validate_token,
)


def secret_validator(check: Callable[[str], str]) -> AfterValidator:
    """Return a validator that applies `check` to the value of a secret."""
    return AfterValidator(lambda secret: SecretStr(check(secret.get_secret_value())))


class MailSettings(BaseSettings):
    """The part of the settings that mail needs."""

    site_name: Annotated[str, AfterValidator(validate_publisher_name)] | None = None
    smtp_url: Annotated[SecretStr, secret_validator(validate_smtp_url)] | None = None
    smtp_url_file: Path | None = None
    mail_from: Annotated[str, AfterValidator(validate_sender)] = "Dressform <no-reply@localhost>"
    bounce_address: Annotated[str, AfterValidator(validate_bounce_address)] | None = None
    bounce_mailbox_url: Annotated[SecretStr, secret_validator(validate_mailbox_url)] | None = None
    bounce_mailbox_url_file: Path | None = None
    bounce_secret: Annotated[SecretStr, secret_validator(validate_token)] | None = None
    bounce_secret_file: Path | None = None
    mail_couriers: Annotated[int, Field(ge=1, le=20)] = 4
