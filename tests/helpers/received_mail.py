"""Mails as the tests read them."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


class ReceivedMail(EmailMessage):
    """A mail whose content is that of its text part, as a mail program without HTML shows it."""

    def get_content(self, *args: Any, **options: Any) -> Any:
        if not self.is_multipart():
            return super().get_content(*args, **options)
        text = self.get_body(("plain",))
        assert text is not None
        return text.get_content()

    @property
    def page(self) -> str:
        """Return the HTML part."""
        html = self.get_body(("html",))
        assert html is not None
        content: str = html.get_content()
        return content


def read_mail(content: bytes) -> ReceivedMail:
    message = message_from_bytes(content, policy=policy.default.clone(message_factory=ReceivedMail))
    assert isinstance(message, ReceivedMail)
    return message
