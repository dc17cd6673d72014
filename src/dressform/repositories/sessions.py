"""The sessions of members."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, update

from dressform.crypto.refresh_tokens import RefreshToken, Use
from dressform.crypto.sealing import WrappedKey
from dressform.crypto.secrets import random_id
from dressform.db.statements import Row, Statement
from dressform.db.tables import Account, AccountKey, Session
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import NotFound, RefreshTokenRefused
from dressform.policy.periods import start_of_month
from dressform.repositories.owners import Owner

MAX_SESSIONS = 100
"""The sessions that an account can have. One more login deletes the oldest."""


@dataclass(frozen=True, slots=True)
class IssuedSession:
    """A session with the refresh token that continues it."""

    account_id: UUID
    session_id: UUID
    refresh_token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its owner sees it."""

    id: UUID
    signed_in_on: date
    renewed_on: date
    expires_at: datetime


_IS_OF_ACCOUNT = Session.account_id == bindparam("account_id")
_ADD = Statement(
    insert(Session).returning(Session.expires_at),
    "id",
    "account_id",
    "month_of_login",
    "next_mark",
    "sealed",
)
_ALL = Statement(
    select(Session.id, Session.sealed, Session.expires_at).where(
        _IS_OF_ACCOUNT, Session.expires_at > bindparam("at")
    )
)
_FIND = Statement(
    select(
        Session.id,
        Session.account_id,
        Session.next_mark,
        Session.used_hash,
        Session.sealed,
        Session.expires_at,
        AccountKey.key_id,
        AccountKey.wrapped_key,
    )
    .join(Account, Account.id == Session.account_id)
    .join(AccountKey, AccountKey.account_id == Session.account_id)
    .where(Session.id == bindparam("session_id"))
    .where(Session.expires_at > bindparam("at"), Account.expires_at > bindparam("at"))
    .with_for_update(of=Session)
)
_SAVE_USE = Statement(
    update(Session).where(Session.id == bindparam("session_id")), "next_mark", "used_hash", "sealed"
)
_DELETE = Statement(delete(Session).where(Session.id == bindparam("session_id"), _IS_OF_ACCOUNT))
_DELETE_ALL = Statement(delete(Session).where(_IS_OF_ACCOUNT))
_DELETE_OTHERS = Statement(
    delete(Session).where(_IS_OF_ACCOUNT, Session.id != bindparam("session_id"))
)
_EVICT_OLDEST = Statement(
    delete(Session).where(
        Session.id.in_(
            select(Session.id)
            .where(_IS_OF_ACCOUNT)
            .order_by(Session.month_of_login.desc(), Session.id)
            .offset(MAX_SESSIONS - 1)
        )
    )
)


class Sessions:
    """The sessions. Every change locks the session's row first, which prevents deadlocks."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._tokens = uow.keyrings.refresh_tokens

    async def add(self, owner: Owner) -> IssuedSession:
        """Add a session. At the limit it deletes the oldest one."""
        await self._evict_oldest(owner)
        session_id, today = random_id(), self._uow.now.date()
        expires_at = await self._uow.connection.scalar(
            _ADD,
            {
                "id": session_id,
                "account_id": owner.account_id,
                "month_of_login": start_of_month(self._uow.now),
                "next_mark": self._tokens.mark(session_id, owner.account_id, 1),
                "sealed": _encrypt_days(owner, session_id, signed_in_on=today, renewed_on=today),
            },
        )
        token = self._tokens.issue(session_id, owner.account_id, 1)
        return IssuedSession(owner.account_id, session_id, token, expires_at)

    async def rotate(self, text: str) -> IssuedSession | None:
        """Trade a refresh token for its successor.

        Return None for a replayed token, one of whose successors was used too: there is a copy, so
        the session has ended. Raise RefreshTokenRefused for what continues no session.
        """
        token, row = await self._fetch(text)
        use = self._tokens.classify(
            token, row.account_id, next_mark=row.next_mark, used_hash=row.used_hash
        )
        if use is Use.REPLAYED:
            await self._delete_row(row)
            return None
        if use is Use.NEXT:
            await self._save_use(token, row)
        successor = self._tokens.issue(row.id, row.account_id, token.generation + 1)
        return IssuedSession(row.account_id, row.id, successor, row.expires_at)

    async def delete_by_token(self, text: str) -> None:
        """Delete the session of a token of any generation. Ignore other tokens."""
        try:
            _, row = await self._fetch(text)
        except RefreshTokenRefused:
            return
        await self._delete_row(row)

    async def list_all(self, owner: Owner) -> list[OpenSession]:
        """Return the sessions of an account, oldest first."""
        rows = await self._uow.connection.execute(
            _ALL, {"account_id": owner.account_id, "at": self._uow.now}
        )
        found = [OpenSession(row.id, *_decrypt_days(owner, row), row.expires_at) for row in rows]
        return sorted(found, key=lambda one: (one.signed_in_on, one.renewed_on, one.id))

    async def delete(self, owner: Owner, session_id: UUID) -> None:
        """Delete a session. Raise NotFound for one that is not the owner's."""
        ended = await self._uow.connection.execute(
            _DELETE, {"session_id": session_id, "account_id": owner.account_id}
        )
        if not ended.rowcount:
            raise NotFound

    async def delete_all(self, owner: Owner, *, except_id: UUID | None = None) -> None:
        """Delete the sessions of an account, except the one with the id `except_id`."""
        statement = _DELETE_ALL if except_id is None else _DELETE_OTHERS
        await self._uow.connection.execute(
            statement, {"account_id": owner.account_id, "session_id": except_id}
        )

    async def _delete_row(self, row: Row) -> None:
        await self._uow.connection.execute(
            _DELETE, {"session_id": row.id, "account_id": row.account_id}
        )

    async def _evict_oldest(self, owner: Owner) -> None:
        """Delete the oldest sessions beyond the limit, to make room for one more."""
        await self._uow.connection.execute(_EVICT_OLDEST, {"account_id": owner.account_id})

    async def _fetch(self, text: str) -> tuple[RefreshToken, Row]:
        """Return a genuine token and its session, locked until the transaction ends.

        Raise RefreshTokenRefused when there is none, or when it or its account has expired.
        """
        token = RefreshToken.parse(text)
        if token is None:
            raise RefreshTokenRefused
        row = await self._uow.connection.fetch_one_or_none(
            _FIND, {"session_id": token.session_id, "at": self._uow.now}
        )
        if row is None or not self._tokens.is_genuine(token, row.account_id):
            raise RefreshTokenRefused
        return token, row

    async def _save_use(self, token: RefreshToken, row: Row) -> None:
        key = self._uow.keyrings.master.unwrap(
            WrappedKey(row.key_id, row.wrapped_key), row.account_id
        )
        owner = Owner(row.account_id, key)
        signed_in_on, _ = _decrypt_days(owner, row)
        await self._uow.connection.execute(
            _SAVE_USE,
            {
                "session_id": row.id,
                "next_mark": self._tokens.mark(row.id, row.account_id, token.generation + 1),
                "used_hash": token.hash,
                "sealed": _encrypt_days(
                    owner, row.id, signed_in_on=signed_in_on, renewed_on=self._uow.now.date()
                ),
            },
        )


def _encrypt_days(owner: Owner, session_id: UUID, **days: date) -> bytes:
    payload = {name: day.isoformat() for name, day in days.items()}
    return owner.key.seal(payload, "session", session_id, 1)


def _decrypt_days(owner: Owner, row: Row) -> tuple[date, date]:
    """Return the days of the login and of the last renewal."""
    days = owner.key.open(row.sealed, "session", row.id, 1)
    return date.fromisoformat(days["signed_in_on"]), date.fromisoformat(days["renewed_on"])
