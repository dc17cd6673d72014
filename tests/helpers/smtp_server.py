"""A mail server for one test."""

import asyncio
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session


class FakeSmtpServer:
    """Keeps what it receives; what `verdict` says of a recipient is its answer."""

    def __init__(self) -> None:
        self.received: list[tuple[str, EmailMessage]] = []
        self.verdict: Callable[[str], str] = lambda _: "250 OK"
        self.delay_seconds: Callable[[str], float] = lambda _: 0
        """How long it thinks about a recipient."""
        self.most_at_a_time = 0
        self._at_a_time = 0
        self.drops_connection = False
        """Takes a mail and leaves without a word."""
        self.takes_sender = True
        self.on_data: Callable[[], None] = lambda: None
        self.port = 0
        self._server: asyncio.Server | None = None

    async def handle_MAIL(  # noqa: N802  aiosmtpd's name
        self, _: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not self.takes_sender:
            return "550 who are you"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, _: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self._at_a_time += 1
        self.most_at_a_time = max(self.most_at_a_time, self._at_a_time)
        await asyncio.sleep(self.delay_seconds(address))
        self._at_a_time -= 1
        verdict = self.verdict(address)
        if verdict.startswith("250"):
            envelope.rcpt_tos.append(address)
        return verdict

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        (recipient,) = envelope.rcpt_tos
        self.received.append((recipient, message))
        self.on_data()
        if self.drops_connection:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return "250 OK"

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, loop=loop, hostname="post.example"), "127.0.0.1", self.port
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
