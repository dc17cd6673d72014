"""Signatures of request bodies: HMAC-SHA-256 over a time and the body, under a shared secret."""

import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import SecretStr

from dressform.errors import SignatureRefused
from dressform.logging.security_events import SecurityEvent, log_security_event

MAX_AGE_SECONDS = 300
"""The age at which a signature is refused, and how far ahead the clock of the sender may be."""

_HEADER = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class BodySignature:
    """A signature whose time is recent. The body is still to be compared with it."""

    time: str
    digest: bytes
    secret: bytes = field(repr=False)


def parse_body_signature(
    header: str | None, secret: SecretStr | None, *, at: datetime
) -> BodySignature:
    """Parse a signature. Raise SignatureRefused for an old one, and when no secret is set."""
    found = _HEADER.fullmatch(header or "")
    if secret is None or found is None:
        raise _refuse()
    if abs(at.timestamp() - int(found[1])) > MAX_AGE_SECONDS:
        raise _refuse()
    return BodySignature(found[1], bytes.fromhex(found[2]), secret.get_secret_value().encode())


def check_body_signature(signature: BodySignature, body: bytes) -> None:
    """Raise SignatureRefused unless the body was signed."""
    expected = hmac.digest(signature.secret, signature.time.encode() + b"." + body, "sha256")
    if not hmac.compare_digest(expected, signature.digest):
        raise _refuse()


def _refuse() -> SignatureRefused:
    log_security_event(SecurityEvent.FORGED_SIGNATURE)
    return SignatureRefused()
