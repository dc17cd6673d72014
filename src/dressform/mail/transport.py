"""Deliver mails: by SMTP, or to a folder where there is no mail server."""

import asyncio
import ssl
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from dressform.mail.delivery_errors import DeliveryError, DeliveryUnknownError
from dressform.mail.files import FileTransport, mail_folder, sent_id
from dressform.mail.outcomes import MailOutcome, classify_reply, format_reply
from dressform.settings.settings import Settings

DELIVERY_TIMEOUT_SECONDS = 60
"""The timeout of a whole delivery, which is shorter than the lease of a mail."""


_REJECTIONS = (
    aiosmtplib.SMTPResponseException,
    aiosmtplib.SMTPRecipientsRefused,
    aiosmtplib.SMTPNotSupported,
)
"""Errors after which the server certainly has not accepted the mail."""


_AFTER_RECIPIENT = (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError)
"""Replies to RCPT and to DATA, which may be about the recipient."""


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
    can be sent at a time. With a `bounce_address` the envelope sender of a mail is that address with
    the mail's id after a plus sign, to which the report of a failure is sent.
    """

    def __init__(self, url: str, *, sender: str, bounce_address: str | None = None) -> None:
        self._url = url
        self._sender = parseaddr(sender)[1]
        self._bounce_address = bounce_address
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
                await client.send_message(message, sender=self._envelope_sender(message))
                handed_over = True
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            if handed_over:
                return  # Only QUIT failed.
            unknown = reached and not isinstance(error, _REJECTIONS)
            raise _translate_error(
                error, DeliveryUnknownError if unknown else DeliveryError
            ) from None

    def _envelope_sender(self, message: EmailMessage) -> str:
        if self._bounce_address is None:
            return self._sender
        local, _, domain = self._bounce_address.rpartition("@")
        return f"{local}+{sent_id(message)}@{domain}"

    async def check(self) -> None:
        """Connect, authenticate, and begin a mail that is never finished."""
        server = self._create_client()
        try:
            async with asyncio.timeout(DELIVERY_TIMEOUT_SECONDS), server:
                await server.mail(self._bounce_address or self._sender)
                await server.rset()
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise _translate_error(error, DeliveryError) from None


def _translate_error(error: Exception, kind: type[DeliveryError]) -> DeliveryError:
    """Return an error without the text of the server's reply, which may contain the recipient."""
    name = type(error).__name__
    reply: object = error
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        (reply,) = error.recipients  # Each mail has one recipient.
    if isinstance(reply, aiosmtplib.SMTPResponseException):
        is_to_rcpt = isinstance(reply, aiosmtplib.SMTPRecipientRefused)
        outcome = classify_reply(reply.code, reply.message, is_about_recipient=is_to_rcpt)
        # Replies to other commands are about this service, whatever their code says.
        if outcome is MailOutcome.REFUSED and not isinstance(reply, _AFTER_RECIPIENT):
            outcome = MailOutcome.FAILED
        reason = format_reply(reply.code, reply.message)
        return kind(f"{name} {reason}", outcome, reason=reason)
    return kind(name, reason="timeout" if isinstance(error, TimeoutError) else "connection")


def create_transport(settings: Settings) -> Transport:
    """Return SMTP where a server is set, else a transport that writes files to the state folder."""
    if settings.smtp_url is not None:
        return SmtpTransport(
            settings.smtp_url.get_secret_value(),
            sender=settings.mail_from,
            bounce_address=settings.bounce_address,
        )
    return FileTransport(mail_folder(settings))
