from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from dressform.crypto.refresh_tokens import RefreshToken, Use
from dressform.crypto.sealing import Wrapped
from dressform.crypto.secrets import random_id
from dressform.database import Unit
from dressform.errors import NotFound, RefreshTokenRefused
from dressform.repositories.owners import Owner
from dressform.tables import Account, AccountKey, Session
from dressform.windows import start_of_month

MOST = 100
"""Sessions an account can have; one more login ends the oldest."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session with the refresh token that continues it."""

    account_id: UUID
    session_id: UUID
    refresh_token: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its owner sees it."""

    id: UUID
    signed_in_on: date
    renewed_on: date
    ends_at: datetime


class Sessions:
    """Being signed in. Every change begins with the session's row, so that none waits for another."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._tokens = unit.vault.refresh_tokens

    async def add(self, owner: Owner) -> SignedIn:
        await self._make_room(owner)
        session_id, today = random_id(), self._unit.at.date()
        created = await self._unit.connection.execute(
            insert(Session)
            .values(
                id=session_id,
                account_id=owner.account_id,
                month_of_login=start_of_month(self._unit.at),
                next_mark=self._tokens.mark(session_id, owner.account_id, 1),
                sealed=_seal(owner, session_id, signed_in_on=today, renewed_on=today),
            )
            .returning(Session.ends_at)
        )
        token = self._tokens.issue(session_id, owner.account_id, 1)
        return SignedIn(owner.account_id, session_id, token, created.scalar_one())

    async def rotate(self, text: str) -> SignedIn | None:
        """Trade a refresh token for its successor.

        Return None when it was used before and one of its successors too: somebody has a copy, so
        the session has ended. Raise RefreshTokenRefused for what continues no session.
        """
        token, row = await self._find(text)
        use = self._tokens.classify(
            token, row.account_id, next_mark=row.next_mark, used_hash=row.used_hash
        )
        if use is Use.REPLAYED:
            await self._unit.connection.execute(delete(Session).where(Session.id == row.id))
            return None
        if use is Use.NEXT:
            await self._keep_use(token, row)
        successor = self._tokens.issue(row.id, row.account_id, token.generation + 1)
        return SignedIn(row.account_id, row.id, successor, row.ends_at)

    async def end_by_token(self, text: str) -> None:
        """End the session of a token, whichever of its generations; others end nothing."""
        try:
            _, row = await self._find(text)
        except RefreshTokenRefused:
            return
        await self._unit.connection.execute(delete(Session).where(Session.id == row.id))

    async def of(self, owner: Owner) -> list[OpenSession]:
        """The oldest first."""
        rows = await self._unit.connection.execute(
            select(Session.id, Session.sealed, Session.ends_at).where(
                Session.account_id == owner.account_id, Session.ends_at > self._unit.at
            )
        )
        found = [OpenSession(row.id, *_open(owner, row), row.ends_at) for row in rows]
        return sorted(found, key=lambda one: (one.signed_in_on, one.renewed_on, one.id))

    async def end(self, owner: Owner, session_id: UUID) -> None:
        """Raises NotFound for a session that is not the owner's."""
        ended = await self._unit.connection.execute(
            delete(Session).where(Session.id == session_id, Session.account_id == owner.account_id)
        )
        if not ended.rowcount:
            raise NotFound

    async def end_all(self, owner: Owner, *, but: UUID | None = None) -> None:
        ending = delete(Session).where(Session.account_id == owner.account_id)
        await self._unit.connection.execute(
            ending if but is None else ending.where(Session.id != but)
        )

    async def _make_room(self, owner: Owner) -> None:
        """The oldest end where an account has more than anybody needs."""
        too_old = (
            select(Session.id)
            .where(Session.account_id == owner.account_id)
            .order_by(Session.month_of_login.desc(), Session.id)
            .offset(MOST - 1)
        )
        await self._unit.connection.execute(delete(Session).where(Session.id.in_(too_old)))

    async def _find(self, text: str) -> tuple[RefreshToken, Any]:
        """Return a genuine token and its session, which nobody else changes until the transaction ends.

        Raise RefreshTokenRefused when there is none, or it or its account is past its end.
        """
        token = RefreshToken.parse(text)
        if token is None:
            raise RefreshTokenRefused
        query = (
            select(
                Session.id,
                Session.account_id,
                Session.next_mark,
                Session.used_hash,
                Session.sealed,
                Session.ends_at,
                AccountKey.key_id,
                AccountKey.wrapped_key,
            )
            .join(Account, Account.id == Session.account_id)
            .join(AccountKey, AccountKey.account_id == Session.account_id)
            .where(Session.id == token.session_id)
            .where(Session.ends_at > self._unit.at, Account.ends_at > self._unit.at)
            .with_for_update(of=Session)
        )
        row = (await self._unit.connection.execute(query)).one_or_none()
        if row is None or not self._tokens.is_genuine(token, row.account_id):
            raise RefreshTokenRefused
        return token, row

    async def _keep_use(self, token: RefreshToken, row: Any) -> None:
        key = self._unit.vault.master.unwrap(Wrapped(row.key_id, row.wrapped_key), row.account_id)
        owner = Owner(row.account_id, key)
        signed_in_on, _ = _open(owner, row)
        await self._unit.connection.execute(
            update(Session)
            .where(Session.id == row.id)
            .values(
                next_mark=self._tokens.mark(row.id, row.account_id, token.generation + 1),
                used_hash=token.hash,
                sealed=_seal(
                    owner, row.id, signed_in_on=signed_in_on, renewed_on=self._unit.at.date()
                ),
            )
        )


def _seal(owner: Owner, session_id: UUID, **days: date) -> bytes:
    payload = {name: day.isoformat() for name, day in days.items()}
    return owner.key.seal(payload, "session", session_id, 1)


def _open(owner: Owner, row: Any) -> tuple[date, date]:
    """Return the days of the login and of the last renewal."""
    days = owner.key.open(row.sealed, "session", row.id, 1)
    return date.fromisoformat(days["signed_in_on"]), date.fromisoformat(days["renewed_on"])
