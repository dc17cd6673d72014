"""A machine in the way that answers as the database: when does it get the first message?

The server of these tests speaks as much of PostgreSQL's protocol as comes before the startup
message: it accepts TLS and shows its certificate.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asyncpg import PostgresError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dressform.db.migrate import migrate
from dressform.db.pool import Pool
from dressform.errors import Unavailable

SSL_REQUEST_LENGTH = 8
FAILURES = (OSError, Unavailable, PostgresError)
"""What a connection ends with in any case: the server hangs up after the first message."""


@dataclass
class Impostor:
    port: int
    certificate: Path
    messages: list[bytes] = field(default_factory=list)

    def url(self, host: str, options: str) -> str:
        return f"postgresql+asyncpg://dressform:secret@{host}:{self.port}/dressform?{options}"


def write_certificate(folder: Path, name: str) -> Path:
    """Write a certificate for a host that signs itself, with its key, and return its path."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
async def impostor(tmp_path: Path) -> AsyncIterator[Impostor]:
    certificate = write_certificate(tmp_path, "localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    messages: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readexactly(SSL_REQUEST_LENGTH)
            writer.write(b"S")
            await writer.start_tls(context)
            messages.append(await reader.read(1024))
        except (OSError, ssl.SSLError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port: int = server.sockets[0].getsockname()[1]
        yield Impostor(port, certificate, messages)


async def connect_pool(url: str) -> None:
    await Pool(url).acquire()


Connect = Callable[[str], Awaitable[Any]]
BOTH = pytest.mark.parametrize("connect", [connect_pool, migrate], ids=["pool", "migration"])


@BOTH
async def test_a_mode_that_only_encrypts_is_told_to_anybody(
    impostor: Impostor, connect: Connect
) -> None:
    """For this reason production refuses `require`."""
    with pytest.raises(FAILURES):
        await connect(impostor.url("localhost", "sslmode=require"))

    assert b"dressform" in b"".join(impostor.messages)


@BOTH
async def test_another_certificate_gets_nothing(
    impostor: Impostor, connect: Connect, tmp_path: Path
) -> None:
    other = write_certificate(tmp_path, "db.example")
    with pytest.raises(FAILURES):
        await connect(impostor.url("localhost", f"sslmode=verify-full&sslrootcert={other}"))

    assert b"".join(impostor.messages) == b""


@BOTH
async def test_a_certificate_of_another_host_gets_nothing(
    impostor: Impostor, connect: Connect
) -> None:
    options = f"sslmode=verify-full&sslrootcert={impostor.certificate}"
    with pytest.raises(FAILURES):
        await connect(impostor.url("127.0.0.1", options))

    assert b"".join(impostor.messages) == b""


@BOTH
async def test_the_right_certificate_is_spoken_to(impostor: Impostor, connect: Connect) -> None:
    options = f"sslmode=verify-full&sslrootcert={impostor.certificate}"
    with pytest.raises(FAILURES):
        await connect(impostor.url("localhost", options))

    assert b"dressform" in b"".join(impostor.messages)
