"""Read reports of mails that were not delivered (RFC 3464), with the standard library's `email`.

A report comes from anywhere and may be forged. So what is read here is only what a report says: whether
it is about a mail of ours is decided by the id of the mail (`crypto/mail_ids.py`).
"""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message
from email.policy import Compat32
from email.utils import parseaddr
from itertools import islice

from dressform.crypto.mail_ids import MAIL_ID_LENGTH
from dressform.mail.outcomes import Status, parse_status

log = logging.getLogger(__name__)

MAX_BYTES = 256 * 1024
"""The part of a message that is read. What a report says stands before the mail that it returns."""
_TOO_MANY = (
    (re.compile(rb"boundary|message/", re.IGNORECASE), 20),  # Nested deeper than any report.
    (re.compile(rb"\n--"), 500),
    (re.compile(rb"\n\r?(?=\n)"), 3_000),
)
"""The parts of which the parser makes objects, and their limits: 256 KiB of them take seconds."""
_MAX_PARTS = 10
_MAX_BLOCKS = 20
_MAX_HEADER = 1_000
_MAX_FOUND = 8

_ID = re.compile(rf"(?<![A-Za-z0-9])[A-Za-z2-7]{{{MAIL_ID_LENGTH}}}(?![A-Za-z0-9])")
_RECIPIENT_HEADERS = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "References")
_HEADERS_TYPES = frozenset({"text/rfc822-headers", "message/rfc822"})


@dataclass(frozen=True, slots=True)
class FailureReport:
    """The content of a report of a mail that failed. `ids` and `addresses` may be its id and its
    recipient.
    """

    ids: tuple[str, ...]
    addresses: tuple[str, ...]
    status: Status | None

    @property
    def is_permanent(self) -> bool:
        """Return whether the address or its mailbox can't be used: not a full queue or a policy."""
        status = self.status
        return status is not None and status.is_permanent and status.is_about_recipient


def parse_report(raw: bytes) -> FailureReport | None:
    """Return what a message reports as failed. Return None for any other message."""
    raw = raw[:MAX_BYTES]
    if any(len(pattern.findall(raw)) > most for pattern, most in _TOO_MANY):
        return None
    try:
        return _read_report(message_from_bytes(raw, policy=_ShortHeaders()))
    except Exception:  # noqa: BLE001  the parser raises errors of any kind for hostile headers
        log.warning("a message could not be read as a report: it is taken for none")
        return None


class _ShortHeaders(Compat32):
    """Cuts headers: the time to read their parameters grows with the square of their length."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_MAX_HEADER]


def _read_report(message: Message) -> FailureReport | None:
    parts = _list_parts(message)
    failed = [block for part in parts for block in _list_failed(part)]
    if not failed:
        return None
    texts = list(_header_texts(message, _RECIPIENT_HEADERS))
    addresses = [
        _strip_type(text)
        for block in failed
        for text in _header_texts(block, ("Original-Recipient", "Final-Recipient"))
    ]
    for part in parts:
        returned = _get_returned_headers(part)
        if returned is not None:
            texts += _header_texts(returned, ("Message-ID",))
            addresses += [parseaddr(text)[1] for text in _header_texts(returned, ("To",))]
    ids = _unique(found.lower() for text in texts for found in _ID.findall(text))
    return FailureReport(ids, _unique(addresses), _choose_status(failed)) if ids else None


def _list_parts(message: Message) -> list[Message]:
    """Return the parts of the report itself, and none of the mail that it returns."""
    payload = message.get_payload()
    if not isinstance(payload, list) or message.get_content_maintype() != "multipart":
        return []
    return [part for part in islice(payload, _MAX_PARTS) if isinstance(part, Message)]


def _list_failed(part: Message) -> list[Message]:
    """Return the blocks of a delivery status that say that the delivery to a recipient failed."""
    blocks = part.get_payload()
    if part.get_content_type() != "message/delivery-status" or not isinstance(blocks, list):
        return []
    return [
        block
        for block in islice(blocks, _MAX_BLOCKS)
        if isinstance(block, Message)
        and any(text.lower().startswith("failed") for text in _header_texts(block, ("Action",)))
    ]


def _get_returned_headers(part: Message) -> Message | None:
    """Return the headers of the mail that the report returns, if the part has them."""
    if part.get_content_type() not in _HEADERS_TYPES:
        return None
    payload = part.get_payload()
    if isinstance(payload, list):
        return payload[0] if payload and isinstance(payload[0], Message) else None
    content = part.get_payload(decode=True)
    text = content.decode("ascii", "replace") if isinstance(content, bytes) else ""
    return message_from_string(text, policy=_ShortHeaders())


def _choose_status(blocks: Iterable[Message]) -> Status | None:
    """Return the first permanent status of the blocks, else the first."""
    found = [
        status
        for block in blocks
        for text in _header_texts(block, ("Status",))
        if (status := parse_status(text)) is not None
    ]
    return next((status for status in found if status.is_permanent), found[0] if found else None)


def _header_texts(message: Message, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        for value in islice(message.get_all(name, []), _MAX_FOUND):
            yield str(value)[:_MAX_HEADER].strip()


def _strip_type(text: str) -> str:
    """Return the address of a recipient field such as ``rfc822; <ada@example.org>``."""
    return text.rpartition(";")[2].strip().strip("<>")


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(islice((text for text in dict.fromkeys(texts) if text), _MAX_FOUND))
