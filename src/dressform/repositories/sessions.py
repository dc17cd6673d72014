from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from dressform.crypto.secrets import new_id, new_token, token_hash
from dressform.database import Unit
from dressform.errors import NotFound
from dressform.repositories.owners import Owner
from dressform.tables import Account, RefreshToken, Session

GRACE = timedelta(seconds=10)
"""So soon after its use a used token may come from a page that is open twice."""

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
    id: UUID
    created_at: datetime
    renewed_at: datetime
    ends_at: datetime


class Sessions:
    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    async def add(self, owner: Owner) -> SignedIn:
        await self._make_room(owner)
        session_id = new_id()
        created = await self._unit.connection.execute(
            insert(Session)
            .values(
                id=session_id,
                account_id=owner.account_id,
                created_at=self._unit.at,
                renewed_at=self._unit.at,
            )
            .returning(Session.ends_at)
        )
        return SignedIn(
            owner.account_id, session_id, await self._next_token(session_id), created.scalar_one()
        )

    async def rotate(self, token: str) -> SignedIn | None:
        """Trade a refresh token for its successor: of any number at once, one gets through."""
        # The session first, as whoever ends it does: in another order the two would deadlock.
        of_token = select(RefreshToken.session_id).where(RefreshToken.hash == token_hash(token))
        await self._unit.connection.execute(
            select(Session.id).where(Session.id.in_(of_token)).with_for_update()
        )
        spent = await self._unit.connection.execute(
            update(RefreshToken)
            .where(RefreshToken.hash == token_hash(token), RefreshToken.used_at.is_(None))
            .values(used_at=self._unit.at)
            .returning(RefreshToken.session_id)
        )
        session_id = spent.scalar_one_or_none()
        return None if session_id is None else await self._renewed(session_id)

    async def end_if_stolen(self, token: str) -> bool:
        """End the family of a token that comes back long after its use."""
        used = select(RefreshToken.session_id).where(
            RefreshToken.hash == token_hash(token),
            RefreshToken.used_at < self._unit.at - GRACE,
        )
        ended = await self._unit.connection.execute(delete(Session).where(Session.id.in_(used)))
        return ended.rowcount > 0

    async def end_by_token(self, token: str) -> None:
        of_token = select(RefreshToken.session_id).where(RefreshToken.hash == token_hash(token))
        await self._unit.connection.execute(delete(Session).where(Session.id.in_(of_token)))

    async def of(self, owner: Owner) -> list[OpenSession]:
        rows = await self._unit.connection.execute(
            select(Session.id, Session.created_at, Session.renewed_at, Session.ends_at)
            .where(Session.account_id == owner.account_id, Session.ends_at > self._unit.at)
            .order_by(Session.id)
        )
        return [OpenSession(*row) for row in rows]

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
            .order_by(Session.id.desc())
            .offset(MOST - 1)
        )
        await self._unit.connection.execute(delete(Session).where(Session.id.in_(too_old)))

    async def _renewed(self, session_id: UUID) -> SignedIn | None:
        """Nothing for a session past its end, or of an account past its own."""
        renewed = await self._unit.connection.execute(
            update(Session)
            .where(Session.id == session_id, Session.ends_at > self._unit.at)
            .where(Account.id == Session.account_id, Account.ends_at > self._unit.at)
            .values(renewed_at=self._unit.at)
            .returning(Session.account_id, Session.ends_at)
        )
        row = renewed.one_or_none()
        if row is None:
            return None
        token = await self._next_token(session_id)
        return SignedIn(row.account_id, session_id, token, row.ends_at)

    async def _next_token(self, session_id: UUID) -> str:
        token = new_token()
        await self._unit.connection.execute(
            insert(RefreshToken).values(hash=token_hash(token), session_id=session_id)
        )
        return token
