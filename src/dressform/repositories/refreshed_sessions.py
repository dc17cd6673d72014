"""The sessions as the holder of a refresh token finds them."""

from dataclasses import dataclass, replace
from enum import Enum

from dressform.crypto.refresh_token_format import RefreshToken
from dressform.crypto.refresh_tokens import Continuation, TokenMarks
from dressform.crypto.sealing import WrappedKey
from dressform.db.statements import Row, Statement
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import RefreshTokenRefused
from dressform.repositories.owners import Owner
from dressform.repositories.sealed_sessions import SessionContent, decrypt_genuine
from dressform.repositories.session_statements import DELETE, FIND, FIND_FOR_UPDATE, SAVE_USE
from dressform.repositories.session_types import IssuedSession


class SessionEnd(Enum):
    """The reason for which the use of a token ended its session."""

    REPLAYED = "replayed"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class EndedSession:
    """A session that the use of a token has ended, and whose it was."""

    owner: Owner
    reason: SessionEnd


@dataclass(frozen=True, slots=True)
class _FoundSession:
    """A genuine token with its session."""

    token: RefreshToken
    row: Row
    owner: Owner
    content: SessionContent

    @property
    def marks(self) -> TokenMarks:
        return TokenMarks(self.row.next_mark, self.row.used_hash, self.row.use_marks)


class RefreshedSessions:
    """The sessions by their refresh tokens. Every change locks the session's row first, which
    prevents deadlocks.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._tokens = uow.keyrings.refresh_tokens

    async def rotate(self, text: str) -> IssuedSession | EndedSession:
        """Trade a refresh token for its successor.

        Return an EndedSession, which is deleted, when the token was replayed, so that there is a
        copy, or when nobody has refreshed the session for too long. Raise RefreshTokenRefused for
        what continues no session.
        """
        found = await self._fetch(FIND_FOR_UPDATE, text)
        if found.content.inactive_at <= self._uow.now:
            await self._delete(found)
            return EndedSession(found.owner, SessionEnd.INACTIVE)
        accepted = self._accept(found)
        if accepted is None:
            await self._delete(found)
            return EndedSession(found.owner, SessionEnd.REPLAYED)
        content = replace(found.content, renewed_on=self._uow.now.date())
        if (accepted.marks, content) != (found.marks, found.content):
            await self._save_use(found, accepted, content)
        ends_at = min(found.row.expires_at, content.inactive_at)
        return IssuedSession(
            found.owner.account_id,
            found.row.id,
            accepted.successor,
            ends_at,
            remembered=content.remembered,
        )

    async def is_open(self, text: str) -> bool:
        """Return whether a token would continue a session, without using it."""
        try:
            found = await self._fetch(FIND, text)
        except RefreshTokenRefused:
            return False
        return found.content.inactive_at > self._uow.now and self._accept(found) is not None

    async def delete(self, text: str) -> None:
        """Delete the session of a token of any generation. Ignore other tokens."""
        try:
            found = await self._fetch(FIND_FOR_UPDATE, text)
        except RefreshTokenRefused:
            return
        await self._delete(found)

    def _accept(self, found: _FoundSession) -> Continuation | None:
        return self._tokens.accept(
            found.token, found.owner.account_id, found.marks, at=self._uow.now
        )

    async def _fetch(self, statement: Statement, text: str) -> _FoundSession:
        """Return the session of a genuine token, locked if the statement does so.

        Raise RefreshTokenRefused when there is none, or when it or its account has expired.
        """
        token = RefreshToken.parse(text)
        if token is None:
            raise RefreshTokenRefused
        row = await self._uow.connection.fetch_one_or_none(
            statement, {"session_id": token.session_id, "at": self._uow.now}
        )
        if row is None or not self._tokens.is_genuine(token, row.account_id):
            raise RefreshTokenRefused
        wrapped = WrappedKey(row.key_id, row.wrapped_key)
        owner = Owner(row.account_id, self._uow.keyrings.master.unwrap(wrapped, row.account_id))
        content = decrypt_genuine(owner.key, row.id, row.month_of_login, row.sealed)
        if content is None:
            raise RefreshTokenRefused
        return _FoundSession(token, row, owner, content)

    async def _delete(self, found: _FoundSession) -> None:
        await self._uow.connection.execute(
            DELETE, {"session_id": found.row.id, "account_id": found.owner.account_id}
        )

    async def _save_use(
        self, found: _FoundSession, accepted: Continuation, content: SessionContent
    ) -> None:
        await self._uow.connection.execute(
            SAVE_USE,
            {
                "session_id": found.row.id,
                "next_mark": accepted.marks.next_mark,
                "used_hash": accepted.marks.used_hash,
                "use_marks": accepted.marks.use_marks,
                "sealed": content.encrypt(found.owner, found.row.id),
            },
        )
