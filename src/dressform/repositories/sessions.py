"""The sessions of members."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from dressform.crypto.refresh_tokens import RefreshToken, Use
from dressform.crypto.sealing import WrappedKey
from dressform.crypto.secrets import random_id
from dressform.db.statements import Row
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import NotFound, RefreshTokenRefused
from dressform.policy.periods import start_of_month
from dressform.repositories.owners import Owner
from dressform.repositories.sealed_sessions import SessionContent, decrypt_genuine
from dressform.repositories.session_statements import (
    ADD,
    ALL,
    DELETE,
    DELETE_ALL,
    DELETE_OTHERS,
    EVICT_OLDEST,
    FIND,
    SAVE_USE,
)


@dataclass(frozen=True, slots=True)
class IssuedSession:
    """A session with the refresh token that continues it."""

    account_id: UUID
    session_id: UUID
    refresh_token: str
    expires_at: datetime
    remembered: bool


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its owner sees it."""

    id: UUID
    name: str | None
    signed_in_on: date
    renewed_on: date
    inactive_at: datetime
    expires_at: datetime


class Sessions:
    """The sessions. Every change locks the session's row first, which prevents deadlocks."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._tokens = uow.keyrings.refresh_tokens

    async def add(self, owner: Owner, *, remember: bool = True) -> IssuedSession:
        """Add a session. At the limit it deletes the oldest one."""
        await self._evict_oldest(owner)
        session_id, today = random_id(), self._uow.now.date()
        content = SessionContent(today, today, remembered=remember)
        expires_at = await self._uow.connection.scalar(
            ADD,
            {
                "id": session_id,
                "account_id": owner.account_id,
                "month_of_login": start_of_month(self._uow.now),
                "next_mark": self._tokens.mark(session_id, owner.account_id, 1),
                "sealed": content.encrypt(owner, session_id),
            },
        )
        token = self._tokens.issue(session_id, owner.account_id, 1)
        ends_at = min(expires_at, content.inactive_at)
        return IssuedSession(owner.account_id, session_id, token, ends_at, remembered=remember)

    async def rotate(self, text: str) -> IssuedSession | None:
        """Trade a refresh token for its successor.

        Return None for a replayed token, one of whose successors was used too: there is a copy, so
        the session has ended. Raise RefreshTokenRefused for what continues no session.
        """
        token, row, content = await self._fetch(text)
        use = self._tokens.classify(
            token, row.account_id, next_mark=row.next_mark, used_hash=row.used_hash
        )
        if use is Use.REPLAYED:
            await self._delete_row(row)
            return None
        if use is Use.NEXT:
            content = replace(content, renewed_on=self._uow.now.date())
            await self._save_use(token, row, content)
        successor = self._tokens.issue(row.id, row.account_id, token.generation + 1)
        ends_at = min(row.expires_at, content.inactive_at)
        return IssuedSession(
            row.account_id, row.id, successor, ends_at, remembered=content.remembered
        )

    async def delete_by_token(self, text: str) -> None:
        """Delete the session of a token of any generation. Ignore other tokens."""
        try:
            _, row, _ = await self._fetch(text)
        except RefreshTokenRefused:
            return
        await self._delete_row(row)

    async def list_all(self, owner: Owner) -> list[OpenSession]:
        """Return the sessions of an account, oldest first."""
        rows = await self._uow.connection.execute(
            ALL, {"account_id": owner.account_id, "at": self._uow.now}
        )
        found = [
            _open_session(row, SessionContent.decrypt(owner.key, row.id, row.sealed))
            for row in rows
        ]
        return sorted(
            (one for one in found if one.inactive_at > self._uow.now),
            key=lambda one: (one.signed_in_on, one.renewed_on, one.id),
        )

    async def delete(self, owner: Owner, session_id: UUID) -> None:
        """Delete a session. Raise NotFound for one that is not the owner's."""
        ended = await self._uow.connection.execute(
            DELETE, {"session_id": session_id, "account_id": owner.account_id}
        )
        if not ended.rowcount:
            raise NotFound

    async def delete_all(self, owner: Owner, *, except_id: UUID | None = None) -> None:
        """Delete the sessions of an account, except the one with the id `except_id`."""
        statement = DELETE_ALL if except_id is None else DELETE_OTHERS
        await self._uow.connection.execute(
            statement, {"account_id": owner.account_id, "session_id": except_id}
        )

    async def _delete_row(self, row: Row) -> None:
        await self._uow.connection.execute(
            DELETE, {"session_id": row.id, "account_id": row.account_id}
        )

    async def _evict_oldest(self, owner: Owner) -> None:
        """Delete the oldest sessions beyond the limit, to make room for one more."""
        await self._uow.connection.execute(EVICT_OLDEST, {"account_id": owner.account_id})

    async def _fetch(self, text: str) -> tuple[RefreshToken, Row, SessionContent]:
        """Return a genuine token, its session and what is sealed of it, locked until the
        transaction ends.

        Raise RefreshTokenRefused when there is none, or when it or its account has expired.
        """
        token = RefreshToken.parse(text)
        if token is None:
            raise RefreshTokenRefused
        row = await self._uow.connection.fetch_one_or_none(
            FIND, {"session_id": token.session_id, "at": self._uow.now}
        )
        if row is None or not self._tokens.is_genuine(token, row.account_id):
            raise RefreshTokenRefused
        key = self._get_owner(row).key
        content = decrypt_genuine(key, row.id, row.month_of_login, row.sealed)
        if content is None:
            raise RefreshTokenRefused
        return token, row, content

    def _get_owner(self, row: Row) -> Owner:
        wrapped = WrappedKey(row.key_id, row.wrapped_key)
        return Owner(row.account_id, self._uow.keyrings.master.unwrap(wrapped, row.account_id))

    async def _save_use(self, token: RefreshToken, row: Row, content: SessionContent) -> None:
        await self._uow.connection.execute(
            SAVE_USE,
            {
                "session_id": row.id,
                "next_mark": self._tokens.mark(row.id, row.account_id, token.generation + 1),
                "used_hash": token.hash,
                "sealed": content.encrypt(self._get_owner(row), row.id),
            },
        )


def _open_session(row: Row, content: SessionContent) -> OpenSession:
    return OpenSession(
        row.id,
        content.name,
        content.signed_in_on,
        content.renewed_on,
        content.inactive_at,
        row.expires_at,
    )
