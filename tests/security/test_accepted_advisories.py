"""The reasons of `docs/security/advisories.md` hold: the weak code is not loaded, and forgeries fail."""

import base64
import hashlib
import hmac
import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from jose import jwt

from dressform.crypto.signing_keys import SigningKey
from dressform.crypto.tokens import AccessTokens
from dressform.errors import Unauthenticated
from tests.tools.generate import TOP

DOCUMENT = (TOP / "docs" / "security" / "advisories.md").read_text()
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SIGN_AND_VERIFY = """
import sys
from datetime import datetime, UTC
from uuid import uuid4
import dressform.api.app, dressform.worker.runner
from dressform.crypto.signing_keys import SigningKey, check_signing_backend
from dressform.crypto.tokens import AccessTokens
check_signing_backend()
tokens = AccessTokens([SigningKey.generate()], issuer="i", audience="a")
now = datetime.now(UTC)
tokens.verify(tokens.sign(uuid4(), uuid4(), at=now), at=now)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_packages_that_are_installed_for_others_are_never_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SIGN_AND_VERIFY], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())

    assert "jose" in loaded
    assert loaded & {"ecdsa", "rsa", "pyasn1"} == set()


@pytest.mark.parametrize("encoding", [Encoding.DER, Encoding.PEM])
def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(encoding: Encoding) -> None:
    """jose accepts the one in DER when it may, which this shows first."""
    key = SigningKey.generate()
    tokens = AccessTokens([key], issuer="i", audience="a")
    private = load_pem_private_key(key.to_bytes(), password=None)
    secret = private.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    payload = tokens.sign(uuid4(), uuid4(), at=NOW).split(".")[1]
    forged = _sign_hs256({"alg": "HS256", "typ": "at+jwt", "kid": key.kid}, payload, secret)

    if encoding is Encoding.DER:
        options = {"verify_aud": False, "verify_exp": False, "verify_nbf": False}
        assert jwt.decode(forged, secret, algorithms=["HS256"], options=options)["iss"] == "i"
    with pytest.raises(Unauthenticated):
        tokens.verify(forged, at=NOW)


def test_each_line_names_the_pinned_version_and_a_day() -> None:
    lock = (TOP / "requirements.lock").read_text()
    rows = re.findall(
        r"^\| [^|]*(?:CVE|GHSA)-[^|]+\| ([^|]+) \|.*\| ([^|]+) \|$", DOCUMENT, re.MULTILINE
    )

    assert rows
    for package, day in rows:
        name, version = package.split()
        assert f"\n{name}=={version} " in lock or f"\n{name}[cryptography]=={version} " in lock
        assert datetime.fromisoformat(day) <= datetime.now(UTC).replace(tzinfo=None)


def _sign_hs256(header: dict[str, str], payload: str, secret: bytes) -> str:
    head = _encode(json.dumps(header, separators=(",", ":")).encode())
    signed = f"{head}.{payload}"
    return f"{signed}.{_encode(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
