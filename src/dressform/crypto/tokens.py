"""Access tokens: JWTs (RFC 9068) signed with ES256. Only this module and
`signing_keys` import jose.

jose accepts tokens that it should refuse, and raises exceptions that it does not document. So a
token must also equal, byte for byte, what `sign` would have written.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from cachetools import TLRUCache
from jose import jws, jwt

from dressform.crypto.signing_keys import ALGORITHM, SigningKey, base64url, compact_json
from dressform.errors import Unauthenticated
from dressform.logging.security_events import SecurityEvent, log_security_event

TOKEN_TYPE = "at+jwt"  # noqa: S105  the `typ` of RFC 9068
MAX_TOKEN_LENGTH = 8192
CACHE_SIZE = 10_000
MAX_CLOCK_SKEW = timedelta(seconds=5)
ACCESS_TOKEN_LIFETIME = timedelta(minutes=10)
CLAIM_NAMES = frozenset({"iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp"})

# 64 bytes of signature end in one of four letters; any other spells the same bytes once more.
TOKEN_PATTERN = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]{85}[AQgw]")

# The times are judged here, by the caller's clock: to require them makes jose ask the wall clock.
DECODE_OPTIONS = {
    **dict.fromkeys(("verify_exp", "verify_nbf", "verify_iat"), False),
    **dict.fromkeys(("require_aud", "require_iss", "require_sub", "require_jti"), True),
}


@dataclass(frozen=True, slots=True)
class Claims:
    account_id: UUID
    session_id: UUID
    token_id: UUID
    issued_at: datetime
    expires_at: datetime


class AccessTokens:
    """Signs tokens with the first key, and verifies tokens of all keys."""

    def __init__(
        self,
        keys: Sequence[SigningKey],
        *,
        issuer: str,
        audience: str,
        lifetime: timedelta = ACCESS_TOKEN_LIFETIME,
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self.lifetime = lifetime
        self._now = 0.0
        # Keyed by SHA-256, so that memory holds no usable tokens.
        self._cache: TLRUCache[bytes, Claims] = TLRUCache(
            CACHE_SIZE,
            ttu=lambda _, claims, __: claims.expires_at.timestamp(),
            timer=lambda: self._now,
        )
        self._keys: tuple[SigningKey, ...] = ()
        self.replace_keys(keys)

    def replace_keys(self, keys: Sequence[SigningKey]) -> None:
        """Sign with the first of these keys from now on, and verify with all of them, and no other."""
        if self._keys == tuple(keys):
            return
        self._keys = tuple(keys)
        self._verifiers = {_encoded_header(key): key.verifier for key in self._keys}
        self._cache.clear()  # It has tokens of keys that may be retired now.

    def sign(self, account_id: UUID, session_id: UUID, *, at: datetime) -> str:
        issued = int(at.timestamp())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(account_id),
            "sid": str(session_id),
            "jti": str(uuid4()),
            "iat": issued,
            "nbf": issued,
            "exp": issued + int(self.lifetime.total_seconds()),
        }
        key = self._keys[0]
        return jwt.encode(claims, key.signer, algorithm=ALGORITHM, headers=_header(key))

    def verify(self, token: str, *, at: datetime) -> Claims:
        """Return the claims of a token that is valid at this moment. Raise Unauthenticated
        otherwise.
        """
        self._now = at.timestamp()
        try:
            claims = self._get_claims(token)
            self._check_times(claims, at)
        except Exception:  # noqa: BLE001  jose lets RecursionError, OverflowError and TypeError out
            raise Unauthenticated from None
        return claims

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        return {"keys": [key.public_jwk() for key in self._keys]}

    def _get_claims(self, token: str) -> Claims:
        digest = hashlib.sha256(token.encode()).digest()
        try:
            return self._cache[digest]
        except KeyError:
            pass
        claims = self._cache[digest] = self._verify_signature(token)
        return claims

    def _verify_signature(self, token: str) -> Claims:
        parts = TOKEN_PATTERN.fullmatch(token) if len(token) <= MAX_TOKEN_LENGTH else None
        if parts is None:
            raise Unauthenticated
        header, payload = parts.groups()
        if header not in self._verifiers:
            log_security_event(SecurityEvent.UNKNOWN_SIGNING_KEY)
            raise Unauthenticated
        claims = jwt.decode(
            token,
            self._verifiers[header],  # the whole header is ours: alg, typ, kid and nothing else
            algorithms=[ALGORITHM],
            options=DECODE_OPTIONS,
            audience=self._audience,
            issuer=self._issuer,
        )
        # jose takes a list of audiences, and of a claim that stands twice it drops one.
        if claims["aud"] != self._audience or base64url(compact_json(claims)) != payload:
            raise Unauthenticated
        return _parse(claims)

    def _check_times(self, claims: Claims, at: datetime) -> None:
        is_now = claims.issued_at - MAX_CLOCK_SKEW <= at < claims.expires_at
        if not is_now or not timedelta() < claims.expires_at - claims.issued_at <= self.lifetime:
            raise Unauthenticated


def _parse(claims: dict[str, Any]) -> Claims:
    times = issued, not_before, expires = claims["iat"], claims["nbf"], claims["exp"]
    are_whole = {type(time) for time in times} == {int}  # bool is a type of its own
    if claims.keys() != CLAIM_NAMES or issued != not_before or not are_whole:
        raise Unauthenticated
    return Claims(
        account_id=_parse_uuid(claims["sub"]),
        session_id=_parse_uuid(claims["sid"]),
        token_id=_parse_uuid(claims["jti"]),
        issued_at=datetime.fromtimestamp(issued, UTC),
        expires_at=datetime.fromtimestamp(expires, UTC),
    )


def _parse_uuid(text: str) -> UUID:
    uuid = UUID(text)
    if str(uuid) != text:  # UUID() also takes braces, capitals and urn:uuid:
        raise Unauthenticated
    return uuid


def _header(key: SigningKey) -> dict[str, str]:
    return {"typ": TOKEN_TYPE, "kid": key.kid}


def _encoded_header(key: SigningKey) -> str:
    """Return the first part of every token that a key signs."""
    return jws.sign(b"", key.signer, headers=_header(key), algorithm=ALGORITHM).partition(".")[0]
