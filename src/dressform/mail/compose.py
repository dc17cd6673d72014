"""Render a template and its values to a message. The first line of a template is the subject."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined

from dressform.clock import Clock
from dressform.mail.addresses import is_writable

# Mails are plain text: there is no markup to escape.
_TEMPLATES = Environment(
    loader=PackageLoader("dressform.mail"),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701  # nosec B701
    trim_blocks=True,
    lstrip_blocks=True,
)


class UnwritableAddressError(Exception):
    """No mail can be sent to the address, now or later. Contains no address."""


class MailRenderer:
    """Renders mails of one sender, with links to one site."""

    def __init__(self, *, sender: str, frontend_url: str, clock: Clock) -> None:
        self._sender_name, self._sender = parseaddr(sender)
        self._frontend_url = frontend_url
        self._clock = clock

    def link(self, page: str, token: str) -> str:
        """Return a link with the token in its fragment, which no server, proxy or log receives."""
        return f"{self._frontend_url}/{page}#token={token}"

    def render(
        self, template: str, mail_id: UUID, *, to: str, language: str, **values: str
    ) -> EmailMessage:
        """Return the message. Raise UnwritableAddressError.

        Its Message-ID is the mail's id, so that repeated deliveries are recognised.
        """
        if not is_writable(to):
            raise UnwritableAddressError
        text = _TEMPLATES.get_template(f"{language}/{template}.txt").render(
            site=self._frontend_url, **values
        )
        subject, _, body = text.partition("\n")
        message = EmailMessage()
        message["From"] = str(Address(self._sender_name, addr_spec=self._sender))
        message["To"] = str(Address(addr_spec=to))
        message["Subject"] = subject
        message["Date"] = format_datetime(self._clock())
        message["Message-ID"] = f"<{mail_id}@{self._sender.partition('@')[2] or 'localhost'}>"
        message["Auto-Submitted"] = "auto-generated"
        # Not quoted-printable, so that a link stays on one line in the file.
        text_cte = "7bit" if body.isascii() else "8bit"
        message.set_content(body.lstrip("\n"), cte=text_cte)
        # Last, because set_content removes the Content- headers.
        message["Content-Language"] = language
        return message
