"""A POP3 and an IMAP server with one mailbox, as far as a client needs them that reads and deletes."""

import asyncio
import re
from collections.abc import Awaitable, Callable

USER, PASSWORD = "bounces", "p@ss:word"


class MailboxServer:
    """Keeps messages by their uid. `serve` speaks the protocol on one connection."""

    def __init__(self) -> None:
        self.messages: dict[int, bytes] = {}
        self.port = 0
        self.logins = 0
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    def add(self, content: bytes) -> None:
        self.messages[len(self.messages) + 1] = content

    async def open(self, serve: Callable[..., Awaitable[None]]) -> None:
        async def on_connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await serve(self, reader, writer)
            finally:
                writer.close()

        self._server = await asyncio.start_server(on_connect, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()


async def serve_pop3(
    box: MailboxServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    def say(text: str, lines: list[bytes] | None = None) -> None:
        writer.write(f"{text}\r\n".encode())
        if lines is not None:
            stuffed = [b"." + line if line.startswith(b".") else line for line in lines]
            writer.write(b"\r\n".join([*stuffed, b".", b""]))

    say("+OK")
    numbers = dict(enumerate(sorted(box.messages), 1))
    deleted: set[int] = set()
    while line := (await reader.readline()).decode().strip():
        verb, *words = line.split(" ", 1)
        match verb.upper(), words:
            case "PASS", [password]:
                box.logins += password == PASSWORD
                say("+OK" if password == PASSWORD else "-ERR wrong")
            case "UIDL", _:
                say("+OK", [f"{number} uid-{uid}".encode() for number, uid in numbers.items()])
            case "TOP", [which]:
                number, most = map(int, which.split())
                say("+OK", box.messages[numbers[number]].splitlines()[:most])
            case "DELE", [which]:
                deleted.add(numbers[int(which)])
                say("+OK")
            case "QUIT", _:
                for uid in deleted:
                    del box.messages[uid]
                say("+OK")
                return
            case _:
                say("+OK")


async def serve_imap(
    box: MailboxServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    def say(text: str) -> None:
        writer.write(f"{text}\r\n".encode())

    say("* OK")
    deleted: set[int] = set()
    while line := (await reader.readline()).decode().strip():
        tag, command = line.split(" ", 1)
        upper, result = command.upper(), "OK"
        if upper.startswith("CAPABILITY"):
            say("* CAPABILITY IMAP4rev1")
        elif upper.startswith("LOGIN"):
            right = PASSWORD in command
            box.logins += right
            result = "OK" if right else "NO"
        elif upper.startswith("SELECT"):
            say(f"* {len(box.messages)} EXISTS")
            result = "OK" if "INBOX" in command else "NO"
        elif upper.startswith("UID SEARCH"):
            say(f"* SEARCH {' '.join(map(str, sorted(box.messages)))}".strip())
        elif found := re.match(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", upper):
            content = box.messages[int(found[1])][: int(found[2])]
            say(f"* 1 FETCH (UID {found[1]} BODY[]<0> {{{len(content)}}}")
            writer.write(content + b")\r\n")
        elif found := re.match(r"UID STORE ([\d,]+) \+FLAGS\.SILENT \(\\DELETED\)", upper):
            deleted |= set(map(int, found[1].split(",")))
        elif upper == "EXPUNGE":
            for uid in deleted:
                del box.messages[uid]
        elif upper == "LOGOUT":
            say("* BYE")
        else:
            result = "BAD"
        say(f"{tag} {result} done")
