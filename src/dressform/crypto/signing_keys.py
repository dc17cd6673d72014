"""The keys that sign access tokens."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwk
from jose.backends.base import Key
from jose.backends.cryptography_backend import CryptographyECKey

from dressform.errors import StartupError

ALGORITHM = "ES256"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A P-256 key. Its id is the RFC 7638 thumbprint."""

    kid: str
    private_pem: bytes = field(repr=False)
    signer: Key = field(repr=False, compare=False)
    verifier: Key = field(repr=False, compare=False)

    @classmethod
    def generate(cls) -> Self:
        pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        private = ec.generate_private_key(ec.SECP256R1())
        return cls.from_bytes(private.private_bytes(pem, pkcs8, serialization.NoEncryption()))

    @classmethod
    def from_bytes(cls, private_pem: bytes) -> Self:
        """Load what `to_bytes` returned. Raise ValueError for another kind of key."""
        private = serialization.load_pem_private_key(private_pem, password=None)
        if not isinstance(private, ec.EllipticCurvePrivateKey) or private.curve.name != "secp256r1":
            raise ValueError("not a private key on the curve P-256")
        signer = jwk.construct(private_pem, ALGORITHM)
        verifier = signer.public_key()
        return cls(_thumbprint(verifier), private_pem, signer, verifier)

    def to_bytes(self) -> bytes:
        """Return the private key in clear. Encrypt it before it is stored."""
        return self.private_pem

    def public_jwk(self) -> dict[str, str]:
        return {**self.verifier.to_dict(), "kid": self.kid, "use": "sig"}


def check_signing_backend() -> None:
    """Raise StartupError unless OpenSSL signs: jose's Python backend leaks the key by timing."""
    if jwk.get_key(ALGORITHM) is not CryptographyECKey:
        raise StartupError("Install python-jose with its [cryptography] extra, then start again.")


def _thumbprint(public: Key) -> str:
    members = {name: public.to_dict()[name] for name in ("crv", "kty", "x", "y")}
    return base64url(hashlib.sha256(compact_json(members)).digest())


def compact_json(members: dict[str, Any]) -> bytes:
    """Return compact JSON, as jose writes it and as RFC 7638 requires."""
    return json.dumps(members, separators=(",", ":")).encode()


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
