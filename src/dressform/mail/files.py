"""Mails as files, where there is no mail server."""

import asyncio
import os
import re
import sys
from contextlib import suppress
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from dressform.mail.delivery_errors import DeliveryError
from dressform.policy.sign_in_data import MAIL
from dressform.settings.settings import Settings


def sent_id(message: EmailMessage) -> str:
    """Return the id of a mail, which its Message-ID begins with."""
    return str(message["Message-ID"]).strip("<>").partition("@")[0]


class FileTransport:
    """Writes each mail to an .eml file and its link to the console, without a mail server.

    The files are not deleted with an account: `delete_old_mails` deletes them by age.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def send(self, message: EmailMessage) -> None:
        path = self._folder / f"{sent_id(message)}.eml"
        try:
            written_at = parsedate_to_datetime(message["Date"])
            await asyncio.to_thread(
                _write_mail, path, message.as_bytes(policy=policy.SMTP), written_at
            )
        except OSError as error:
            raise DeliveryError(type(error).__name__) from None
        text = message.get_body(("plain",))
        link = re.search(r"https?://\S+#token=\S+", text.get_content() if text else "")
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


def mail_folder(settings: Settings) -> Path:
    """Return the folder of the mails that are written while no mail server is set."""
    return settings.state_dir / "mail"
