"""From a template and its values to a message. A template's first line is its subject."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined

from dressform.clock import Clock

# Mails are plain text: there is no markup to escape.
_TEMPLATES = Environment(
    loader=PackageLoader("dressform.mail"),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701
    trim_blocks=True,
    lstrip_blocks=True,
)

LANGUAGES = ("en", "fr")


class MailRenderer:
    """Writes mails from one sender, with links to one site."""

    def __init__(self, *, sender: str, frontend_url: str, clock: Clock) -> None:
        self._sender_name, self._sender = parseaddr(sender)
        self._frontend_url = frontend_url
        self._clock = clock

    def link(self, page: str, token: str) -> str:
        """The token stands in the fragment: no server, proxy or log ever sees it."""
        return f"{self._frontend_url}/{page}#token={token}"

    def render(
        self, template: str, mail_id: UUID, *, to: str, language: str, **values: str
    ) -> EmailMessage:
        """The message; its Message-ID is the mail's, so that a repeated delivery can be told."""
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
        # As it is, so that a link is one unbroken line for whoever looks at the file.
        text_cte = "7bit" if body.isascii() else "8bit"
        message.set_content(body.lstrip("\n"), cte=text_cte)
        # Last: setting the content removes what was said of an earlier one.
        message["Content-Language"] = language
        return message
