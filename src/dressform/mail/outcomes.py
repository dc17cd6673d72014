"""The outcomes of mails, and what an SMTP reply or a status of RFC 3463 says about one.

Only a reply about the recipient says something about the recipient. All others are about this service,
its messages or the way between: an operator can do something about those, and no member.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class MailOutcome(StrEnum):
    """The outcome of a mail, or of one try.

    DEFERRED: the server asked to try again later (4xx). REFUSED: it refused the recipient for good.
    FAILED: any other failure; the mail is tried again. UNKNOWN: it may have been accepted, and is
    not sent again. BOUNCED: it was accepted, and came back.
    """

    HANDED_OVER = "handed-over"
    DEFERRED = "deferred"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"
    BOUNCED = "bounced"


@dataclass(frozen=True, slots=True)
class Status:
    """An enhanced status code (RFC 3463), such as 5.1.1."""

    class_: int
    subject: int
    detail: int

    @property
    def is_permanent(self) -> bool:
        return self.class_ == _PERMANENT

    @property
    def is_about_recipient(self) -> bool:
        """Return whether it says that the recipient's address or mailbox can't be used."""
        return self.detail in _ABOUT_RECIPIENT.get(self.subject, ())

    def __str__(self) -> str:
        """Return the code; one that is not registered only by its subject, so that few are told apart."""
        known = self.detail <= _LAST_DETAILS[self.subject]
        return f"{self.class_}.{self.subject}.{self.detail if known else 'x'}"


_TRANSIENT, _PERMANENT = 4, 5
"""The first digits of replies and codes (RFC 5321 section 4.2.1)."""
_STATUS = re.compile(r"\s*([245])\.([0-7])\.(\d{1,3})(?!\d)")
_LAST_DETAILS = (0, 10, 4, 6, 7, 7, 10, 30)
"""The last registered detail of each subject (IANA, SMTP Enhanced Status Codes)."""

_ABOUT_RECIPIENT = {
    # Not 5.1.7 and 5.1.8, which are about the sender's address, and 5.1.9, a relay's.
    1: frozenset({0, 1, 2, 3, 4, 6, 10}),
    # Not 5.2.3: the message is too long for the mailbox.
    2: frozenset({0, 1, 2, 4}),
    # Exchange Online refuses mailboxes that do not exist with 5.4.1.
    4: frozenset({1}),
}
"""The details by subject that are about the recipient."""

_CODES_ABOUT_RECIPIENT = frozenset({550, 551, 553, 556})
"""The codes of a reply to RCPT that are about the recipient if it has no enhanced code (RFC 5321)."""
_CODES = frozenset(
    {421, 432, 450, 451, 452, 454, 455, 500, 501, 502, 503, 504, 521, 530, 534, 535, 538, 550}
    | {551, 552, 553, 554, 555, 556}
)


def parse_status(text: str) -> Status | None:
    """Return the enhanced code with which a text begins, or None."""
    found = _STATUS.match(text)
    return Status(*map(int, found.groups())) if found else None


def classify_reply(code: int, text: str, *, is_about_recipient: bool) -> MailOutcome:
    """Return the outcome of a try that ended with this reply.

    `is_about_recipient`: it is the reply to RCPT. Servers that check the recipient later reply to
    DATA; then only an enhanced code tells whether it is about the recipient.
    """
    if code // 100 == _TRANSIENT:
        return MailOutcome.DEFERRED
    status = parse_status(text)
    if status is None:
        refused = is_about_recipient and code in _CODES_ABOUT_RECIPIENT
    else:
        refused = status.is_permanent and status.is_about_recipient
    return MailOutcome.REFUSED if refused else MailOutcome.FAILED


def format_reply(code: int, text: str) -> str:
    """Return a reply as its code alone, one of a bounded number: the text may contain an address."""
    status = parse_status(text)
    number = str(code) if code in _CODES else f"{str(code)[:1]}xx"
    return f"{number} {status}" if status else number
