"""The mailbox that reports of failed mails are sent to, by IMAP (RFC 9051) or POP3 (RFC 1939)."""

import imaplib
import poplib
import ssl
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from dressform.mail.bounce_reports import MAX_BYTES

MAX_MESSAGES = 20
"""Messages that are fetched at a time: 5 MiB."""
TIMEOUT_SECONDS = 20.0
_IMAP_PORT, _IMAPS_PORT = 143, 993


class MailboxError(Exception):
    """The mailbox can't be read. Contains no text of the server, which may repeat an address."""


@dataclass(frozen=True, slots=True)
class FetchedMessage:
    """The beginning of a message. `uid`: its id in the mailbox."""

    uid: str
    content: bytes


class BounceMailbox(ABC):
    """A mailbox that is for such reports alone: each message is deleted after it was read.

    Its methods block, and raise MailboxError.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._parts = parts
        self._host = parts.hostname or "localhost"
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")

    @abstractmethod
    def fetch(self) -> list[FetchedMessage]:
        """Return the next messages. They stay in the mailbox."""

    @abstractmethod
    def delete(self, uids: Collection[str]) -> None:
        """Delete messages."""


class ImapMailbox(BounceMailbox):
    def fetch(self) -> list[FetchedMessage]:
        with self._open() as server:
            _, (found, *_) = server.uid("SEARCH", "ALL")
            uids = (found or b"").decode().split()[:MAX_MESSAGES]
            return [FetchedMessage(uid, _fetch_content(server, uid)) for uid in uids]

    def delete(self, uids: Collection[str]) -> None:
        with self._open() as server:
            server.uid("STORE", ",".join(uids), "+FLAGS.SILENT", r"(\Deleted)")
            server.expunge()

    @contextmanager
    def _open(self) -> Iterator[imaplib.IMAP4]:
        with _translate_errors():
            server = self._connect()
            try:
                server.login(self._user, self._password)
                folder = unquote(self._parts.path.strip("/")) or "INBOX"
                status, _ = server.select(f'"{folder}"')
                if status != "OK":
                    raise MailboxError("NoSuchFolder")
                yield server
            finally:
                with suppress(OSError, imaplib.IMAP4.error):
                    server.logout()

    def _connect(self) -> imaplib.IMAP4:
        context, timeout = ssl.create_default_context(), TIMEOUT_SECONDS
        if self._parts.scheme == "imaps":
            port = self._parts.port or _IMAPS_PORT
            return imaplib.IMAP4_SSL(self._host, port, ssl_context=context, timeout=timeout)
        server = imaplib.IMAP4(self._host, self._parts.port or _IMAP_PORT, timeout=timeout)
        if _has_starttls(self._parts):
            server.starttls(context)
        return server


class Pop3Mailbox(BounceMailbox):
    def fetch(self) -> list[FetchedMessage]:
        found: list[FetchedMessage] = []
        with self._open() as server:
            for number, uid in _list_uids(server)[:MAX_MESSAGES]:
                found.append(FetchedMessage(uid, b""))
                try:
                    _, lines, _ = server.top(number, MAX_BYTES // 80)
                except poplib.error_proto:
                    break  # A line above poplib's limit: no report. The rest of it is still to come.
                found[-1] = FetchedMessage(uid, b"\r\n".join(lines)[:MAX_BYTES])
        return found

    def delete(self, uids: Collection[str]) -> None:
        with self._open() as server:
            for number, uid in _list_uids(server):
                if uid in uids:
                    server.dele(number)
            server.quit()  # Only QUIT deletes.

    @contextmanager
    def _open(self) -> Iterator[poplib.POP3]:
        with _translate_errors():
            server = self._connect()
            try:
                server.user(self._user)
                server.pass_(self._password)
                yield server
            finally:
                server.close()

    def _connect(self) -> poplib.POP3:
        context, timeout = ssl.create_default_context(), TIMEOUT_SECONDS
        if self._parts.scheme == "pop3s":
            port = self._parts.port or poplib.POP3_SSL_PORT
            return poplib.POP3_SSL(self._host, port, context=context, timeout=timeout)
        server = poplib.POP3(self._host, self._parts.port or poplib.POP3_PORT, timeout=timeout)
        if _has_starttls(self._parts):
            server.stls(context)
        return server


def open_mailbox(url: str) -> BounceMailbox:
    """Return the mailbox at a URL such as ``imaps://user:password@mail.example/INBOX``."""
    return ImapMailbox(url) if url.startswith("imap") else Pop3Mailbox(url)


def _has_starttls(parts: SplitResult) -> bool:
    return parts.scheme.endswith("+starttls")


def _fetch_content(server: imaplib.IMAP4, uid: str) -> bytes:
    """Return the first MAX_BYTES of a message, without marking it as seen."""
    _, found = server.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MAX_BYTES}>)")
    return next((part[1] for part in found if isinstance(part, tuple)), b"")


def _list_uids(server: poplib.POP3) -> list[tuple[int, str]]:
    _, lines, _ = server.uidl()
    pairs = (line.decode().split(maxsplit=1) for line in lines)
    return [(int(number), uid) for number, uid in pairs]


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, ValueError, imaplib.IMAP4.error, poplib.error_proto) as error:
        raise MailboxError(type(error).__name__) from None
