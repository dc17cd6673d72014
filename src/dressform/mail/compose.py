"""Render a template and its values to a message with a text and an HTML part.

A kind of mail is one text file in each language, whose first line is the subject. Both parts are made
from its paragraphs, so that they can't differ. The footer and the HTML page are in `templates/layout`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from jinja2 import Environment, PackageLoader, StrictUndefined

from dressform.clock import Clock
from dressform.mail.addresses import is_writable

# There is no markup to escape in a text.
_TEXTS = Environment(
    loader=PackageLoader("dressform.mail"),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701  # nosec B701
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES = Environment(
    loader=PackageLoader("dressform.mail"),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
_BLANK_LINES = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a paragraph: text, or the address of a page of the site."""

    text: str
    is_link: bool


class UnwritableAddressError(Exception):
    """No mail can be sent to the address, now or later. Contains no address."""


class MailRenderer:
    """Renders mails of one sender, with links to one site. `contact`: who answers questions."""

    def __init__(
        self,
        *,
        sender: str,
        frontend_url: str,
        site_name: str,
        clock: Clock,
        contact: str | None = None,
    ) -> None:
        self._sender_name, self._sender = parseaddr(sender)
        self._frontend_url = frontend_url
        self._clock = clock
        self._site = {"site": frontend_url, "site_name": site_name, "contact": contact}
        self._link = re.compile(rf"({re.escape(frontend_url)}(?:/\S+)?(?![^\s.,;:)]))")

    def link(self, page: str, token: str) -> str:
        """Return a link with the token in its fragment, which no server, proxy or log receives."""
        return f"{self._frontend_url}/{page}#token={token}"

    def render(
        self, template: str, sent_id: str, *, to: str, language: str, **values: str
    ) -> EmailMessage:
        """Return the message. Raise UnwritableAddressError.

        Its Message-ID begins with the mail's id, so that repeated deliveries are recognised, and
        reports of failed ones too.
        """
        if not is_writable(to):
            raise UnwritableAddressError
        text = _TEXTS.get_template(f"{language}/{template}.txt").render(self._site | values)
        footer = _TEXTS.get_template(f"layout/footer.{language}.txt").render(self._site)
        subject, _, body = (part.strip() for part in text.partition("\n"))
        message = EmailMessage()
        message["From"] = str(Address(self._sender_name, addr_spec=self._sender))
        message["To"] = str(Address(addr_spec=to))
        message["Subject"] = subject
        message["Date"] = format_datetime(self._clock())
        message["Message-ID"] = f"<{sent_id}@{self._sender.partition('@')[2] or 'localhost'}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(f"{body}\n\n-- \n{footer}\n", cte=_choose_encoding(body + footer))
        page = _PAGES.get_template("layout/mail.html").render(
            language=language,
            subject=subject,
            paragraphs=self._split_paragraphs(body),
            footer=self._split_paragraphs(footer),
        )
        message.add_alternative(page, subtype="html", cte=_choose_encoding(page))
        # Last, because set_content and add_alternative move or remove the Content- headers.
        message["Content-Language"] = language
        return message

    def _split_paragraphs(self, text: str) -> list[list[Piece]]:
        return [list(self._split_links(part)) for part in _BLANK_LINES.split(text) if part.strip()]

    def _split_links(self, paragraph: str) -> Iterator[Piece]:
        """Yield the pieces of a paragraph. Only addresses of the site become links."""
        for number, text in enumerate(self._link.split(paragraph.strip())):
            if text:
                yield Piece(text, is_link=number % 2 == 1)


def _choose_encoding(text: str) -> str:
    """Return an encoding that is not quoted-printable, so that a link stays on one line in the file."""
    return "7bit" if text.isascii() else "8bit"
