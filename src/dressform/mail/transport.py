"""How a mail leaves: by SMTP, or into a folder where there is no mail server."""

import asyncio
import os
import re
import ssl
import sys
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from dressform.settings import Settings

LONGEST_SECONDS = 60
"""For a whole delivery: less than the time for which a courier has a mail to itself."""


_REFUSALS = (
    aiosmtplib.SMTPResponseException,
    aiosmtplib.SMTPRecipientsRefused,
    aiosmtplib.SMTPNotSupported,
)
"""What a server says that certainly has not taken the mail."""


class DeliveryError(Exception):
    """The mail was not handed over; it may be tried again. Carries no address."""


class MaybeDeliveredError(DeliveryError):
    """The connection broke after the mail was sent and before the server said what became of it."""


class Transport(Protocol):
    async def send(self, message: EmailMessage) -> None:
        """Hand the mail over. Raises DeliveryError, or MaybeDeliveredError when nobody knows."""


class Smtp:
    """A mail server at ``smtp://``, ``smtp+starttls://`` or ``smtps://[user:password@]host[:port]``."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        tls = parts.scheme == "smtps"
        self._server = aiosmtplib.SMTP(
            hostname=parts.hostname or "localhost",
            port=parts.port or {"smtps": 465, "smtp+starttls": 587}.get(parts.scheme, 25),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            use_tls=tls,
            start_tls=True if parts.scheme == "smtp+starttls" else False if not tls else None,
            tls_context=ssl.create_default_context(),
            timeout=20,
        )

    async def send(self, message: EmailMessage) -> None:
        reached = handed_over = False
        try:
            async with asyncio.timeout(LONGEST_SECONDS), self._server:
                reached = True
                await self._server.send_message(message)
                handed_over = True
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            if handed_over:
                return  # Only the goodbye failed.
            unknown = reached and not isinstance(error, _REFUSALS)
            # The text of the error may repeat the recipient.
            raise (MaybeDeliveredError if unknown else DeliveryError)(
                type(error).__name__
            ) from None


class Folder:
    """Each mail an .eml file, and its link on the console: for machines without a mail server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def send(self, message: EmailMessage) -> None:
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        path = self._folder / f"{name}.eml"
        try:
            await asyncio.to_thread(_write, path, message.as_bytes(policy=policy.SMTP))
        except OSError as error:
            raise DeliveryError(type(error).__name__) from None
        link = re.search(r"https?://\S+#token=\S+", message.get_content())
        sys.stdout.write(f"Mail: {message['Subject']}\n")
        sys.stdout.write(f"  file: {path}\n")
        sys.stdout.write(f"  link: {link[0]}\n" if link else "")
        sys.stdout.flush()


def _write(path: Path, content: bytes) -> None:
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    part.rename(path)


def transport_of(settings: Settings) -> Transport:
    """SMTP where a server is set, else files under the state folder."""
    if settings.smtp_url is not None:
        return Smtp(settings.smtp_url.get_secret_value())
    return Folder(settings.state_dir / "mail")
