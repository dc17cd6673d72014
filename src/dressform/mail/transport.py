"""Deliver mails: by SMTP, or to a folder where there is no mail server."""

import asyncio
import os
import re
import ssl
import sys
from contextlib import suppress
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from dressform.policy.sign_in_data import MAIL
from dressform.settings.settings import Settings

DELIVERY_TIMEOUT_SECONDS = 60
"""The timeout of a whole delivery, which is shorter than the lease of a mail."""


_REJECTIONS = (
    aiosmtplib.SMTPResponseException,
    aiosmtplib.SMTPRecipientsRefused,
    aiosmtplib.SMTPNotSupported,
)
"""Errors after which the server certainly has not accepted the mail."""


class DeliveryError(Exception):
    """The mail was not delivered, and may be tried again. Contains no address."""


class DeliveryUnknownError(DeliveryError):
    """The connection broke after the mail was sent and before the server answered."""


class Transport(Protocol):
    async def send(self, message: EmailMessage) -> None:
        """Deliver a mail. Raise DeliveryError, or DeliveryUnknownError when the outcome is
        unknown.
        """

    async def check(self) -> None:
        """Check whether mail is accepted, without sending any. Raise DeliveryError."""


class SmtpTransport:
    """A mail server at ``smtp://``, ``smtp+starttls://`` or
    ``smtps://[user:password@]host[:port]``.

    `sender` is the From address of the mails. Each mail has a connection of its own, so that several
    can be sent at a time.
    """

    def __init__(self, url: str, *, sender: str) -> None:
        self._url = url
        self._sender = parseaddr(sender)[1]
        self._tls_context = ssl.create_default_context()

    def _create_client(self) -> aiosmtplib.SMTP:
        parts = urlsplit(self._url)
        tls = parts.scheme == "smtps"
        return aiosmtplib.SMTP(
            hostname=parts.hostname or "localhost",
            port=parts.port or {"smtps": 465, "smtp+starttls": 587}.get(parts.scheme, 25),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            use_tls=tls,
            start_tls=True if parts.scheme == "smtp+starttls" else False if not tls else None,
            tls_context=self._tls_context,
            timeout=20,
        )

    async def send(self, message: EmailMessage) -> None:
        client, reached, handed_over = self._create_client(), False, False
        try:
            async with asyncio.timeout(DELIVERY_TIMEOUT_SECONDS), client:
                reached = True
                await client.send_message(message)
                handed_over = True
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            if handed_over:
                return  # Only QUIT failed.
            unknown = reached and not isinstance(error, _REJECTIONS)
            # The error's text may contain the recipient.
            raise (DeliveryUnknownError if unknown else DeliveryError)(
                type(error).__name__
            ) from None

    async def check(self) -> None:
        """Connect, authenticate, and begin a mail that is never finished."""
        server = self._create_client()
        try:
            async with asyncio.timeout(DELIVERY_TIMEOUT_SECONDS), server:
                await server.mail(self._sender)
                await server.rset()
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise DeliveryError(type(error).__name__) from None


class FileTransport:
    """Writes each mail to an .eml file and its link to the console, without a mail server.

    The files are not deleted with an account: `delete_old_mails` deletes them by age.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def send(self, message: EmailMessage) -> None:
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        path = self._folder / f"{name}.eml"
        try:
            written_at = parsedate_to_datetime(message["Date"])
            await asyncio.to_thread(
                _write_mail, path, message.as_bytes(policy=policy.SMTP), written_at
            )
        except OSError as error:
            raise DeliveryError(type(error).__name__) from None
        link = re.search(r"https?://\S+#token=\S+", message.get_content())
        sys.stdout.write(f"Mail: {message['Subject']}\n")
        sys.stdout.write(f"  file: {path}\n")
        sys.stdout.write(f"  link: {link[0]}\n" if link else "")
        sys.stdout.flush()

    async def check(self) -> None:
        if not os.access(self._folder, os.W_OK | os.X_OK):
            raise DeliveryError(PermissionError.__name__)


def delete_old_mails(folder: Path, *, at: datetime) -> int:
    """Delete the mails in a folder whose retention period is over. Return how many.

    It also runs when a mail server is set: an earlier run without one may have left files.
    """
    deleted = 0
    for pattern in ("*.eml", "*.part"):
        for path in folder.glob(pattern):
            with suppress(FileNotFoundError):  # Another worker has deleted it.
                written_at = datetime.fromtimestamp(path.lstat().st_mtime, UTC)
                if MAIL.period.expires_at(written_at) <= at:
                    path.unlink()
                    deleted += 1
    return deleted


def _write_mail(path: Path, content: bytes, written_at: datetime) -> None:
    """Write a file whose mtime is that of the mail: the service's clock may differ from the
    disk's.
    """
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    os.utime(part, (written_at.timestamp(), written_at.timestamp()))
    part.rename(path)


def create_transport(settings: Settings) -> Transport:
    """Return SMTP where a server is set, else a transport that writes files to the state folder."""
    if settings.smtp_url is not None:
        return SmtpTransport(settings.smtp_url.get_secret_value(), sender=settings.mail_from)
    return FileTransport(mail_folder(settings))


def mail_folder(settings: Settings) -> Path:
    """Return the folder of the mails that are written while no mail server is set."""
    return settings.state_dir / "mail"
