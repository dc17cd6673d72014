"""Refresh tokens: signed by a key of the service, so that none has to be kept once it was used.

A session keeps `TokenMarks` alone, which are keyed or hashed, so that a copy of the database tells
neither a token nor how many there were. When a generation was used is marked under the session's
secret, which is in its tokens and nowhere else: only with a token can one tell the second.
"""

import base64
import hmac
import os
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from dressform.crypto.refresh_token_format import RefreshToken

GRACE_SECONDS = 10
"""The time after a use in which every token of its generation is accepted."""

_MARK, _MARKS = 8, 32


@dataclass(frozen=True, slots=True)
class TokenMarks:
    """The marks that a session stores of its tokens.

    `next_mark`: the mark of the generation that may be used next. `used_hash`: the hash of the token
    that was used last. `use_marks`: 32 marks of 8 bytes, newest first, of the generations that were
    used and the seconds of these uses. As long as there were fewer, random bytes are in their place.
    It is None in a session of an earlier version.
    """

    next_mark: bytes
    used_hash: bytes | None = None
    use_marks: bytes | None = None


@dataclass(frozen=True, slots=True)
class Continuation:
    """The outcome of an accepted use: the next token, and what the session stores from now on."""

    successor: str
    marks: TokenMarks


class RefreshTokens:
    """Issues refresh tokens under the first of its keys (32 bytes each), and verifies those of all."""

    def __init__(self, key: bytes, *others: bytes) -> None:
        self._keys = (key, *others)

    def start(self, session_id: UUID, account_id: UUID, *, at: datetime) -> Continuation:
        """Return the first token of a session."""
        token = self._issue(session_id, account_id, 1, os.urandom(16), at)
        next_mark = self._mark_generation(session_id, 1, account_id)
        return Continuation(token, TokenMarks(next_mark, None, os.urandom(_MARK * _MARKS)))

    def is_genuine(self, token: RefreshToken, account_id: UUID) -> bool:
        """Return whether the token was issued here for a session of that account."""
        return self._is_signed(b"token", token.signed, account_id, token.signature)

    def accept(
        self, token: RefreshToken, account_id: UUID, marks: TokenMarks, *, at: datetime
    ) -> Continuation | None:
        """Accept the use of a genuine token. Return None for a replay: somebody has a copy.

        Accepted is a token of the next generation; the token that was used last, until one of its
        successors is used, since an answer can be lost; and each token of a generation for 10
        seconds after such a use, since several pages may refresh at once. The answers to these can
        overtake each other. So a token that was issued within 10 seconds of the use of its
        generation is accepted like the one that was used.
        """
        second = int(at.timestamp())
        following = token.generation + 1
        if self._is_generation(token, account_id, 0, marks.next_mark):
            next_mark = self._mark_generation(token.session_id, following, account_id)
            marks = replace(marks, next_mark=next_mark, used_hash=token.hash)
            marks = self._add_use(token, account_id, marks, second)
        elif self._was_used(token, account_id, marks, near=second):
            found = self._find_next_generation(token, account_id, marks.next_mark)
            if found is None:
                return None
            following = found
        elif self._has_no_used_successor(token, account_id, marks):
            marks = self._add_use(token, account_id, marks, second)
        else:
            return None
        successor = self._issue(token.session_id, account_id, following, token.secret, at)
        return Continuation(successor, marks)

    def _add_use(
        self, token: RefreshToken, account_id: UUID, marks: TokenMarks, second: int
    ) -> TokenMarks:
        mark = self._sign(b"use", _use(token, second), account_id)[:_MARK]
        former = marks.use_marks or os.urandom(_MARK * _MARKS)
        return replace(marks, use_marks=mark + former[:-_MARK])

    def _has_no_used_successor(
        self, token: RefreshToken, account_id: UUID, marks: TokenMarks
    ) -> bool:
        """Return whether it is the token that was used last, or one that was issued beside it."""
        if marks.used_hash is not None and hmac.compare_digest(token.hash, marks.used_hash):
            return True
        return (
            token.issued_at is not None
            and self._is_generation(token, account_id, 1, marks.next_mark)
            and self._was_used(token, account_id, marks, near=token.issued_at)
        )

    def _was_used(
        self, token: RefreshToken, account_id: UUID, marks: TokenMarks, *, near: int
    ) -> bool:
        """Return whether a token of this generation was used within 10 seconds of a moment.

        Before it or after it, because the clocks of two hosts differ.
        """
        stored = marks.use_marks or b""
        known = {stored[start : start + _MARK] for start in range(0, len(stored), _MARK)}
        seconds = range(near - GRACE_SECONDS, near + GRACE_SECONDS + 1)
        return any(
            _digest(key, b"use", _use(token, second), account_id)[:_MARK] in known
            for key in self._keys
            for second in seconds
        )

    def _find_next_generation(
        self, token: RefreshToken, account_id: UUID, next_mark: bytes
    ) -> int | None:
        """Return the generation that may be used next, at most 32 after that of the token."""
        for ahead in range(1, _MARKS + 1):
            if self._is_generation(token, account_id, ahead, next_mark):
                return token.generation + ahead
        return None

    def _is_generation(
        self, token: RefreshToken, account_id: UUID, ahead: int, next_mark: bytes
    ) -> bool:
        """Return whether the next generation is so many ahead of the token's."""
        value = _generation(token.session_id, token.generation + ahead)
        return self._is_signed(b"mark", value, account_id, next_mark)

    def _mark_generation(self, session_id: UUID, generation: int, account_id: UUID) -> bytes:
        return self._sign(b"mark", _generation(session_id, generation), account_id)

    def _issue(
        self, session_id: UUID, account_id: UUID, generation: int, secret: bytes, at: datetime
    ) -> str:
        """Return a new token of a generation. Two calls never return the same."""
        issued_at = int(at.timestamp()).to_bytes(4)
        signed = _generation(session_id, generation) + issued_at + secret + os.urandom(6)
        signature = self._sign(b"token", signed, account_id)
        return base64.urlsafe_b64encode(signed + signature).decode()

    def _sign(self, label: bytes, value: bytes, account_id: UUID) -> bytes:
        return _digest(self._keys[0], label, value, account_id)

    def _is_signed(self, label: bytes, value: bytes, account_id: UUID, signature: bytes) -> bool:
        return any(
            hmac.compare_digest(_digest(key, label, value, account_id), signature)
            for key in self._keys
        )


def _generation(session_id: UUID, generation: int) -> bytes:
    return session_id.bytes + generation.to_bytes(4)


def _use(token: RefreshToken, second: int) -> bytes:
    return token.secret + _generation(token.session_id, token.generation) + second.to_bytes(8)


def _digest(key: bytes, label: bytes, value: bytes, account_id: UUID) -> bytes:
    return hmac.digest(key, label + b"\0" + account_id.bytes + value, "sha256")
