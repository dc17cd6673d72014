"""The sessions of members."""

from dataclasses import replace
from uuid import UUID

from dressform.crypto.secrets import random_id
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import NotFound
from dressform.policy.periods import start_of_month
from dressform.repositories.owners import Owner
from dressform.repositories.sealed_sessions import SessionContent
from dressform.repositories.session_statements import (
    ADD,
    ALL,
    DELETE,
    DELETE_ALL,
    DELETE_OTHERS,
    EVICT_OLDEST,
    FIND_OF_ACCOUNT_FOR_UPDATE,
    SAVE_CONTENT,
)
from dressform.repositories.session_types import IssuedSession, OpenSession


class Sessions:
    """The sessions of an account. Refresh tokens are used by `RefreshedSessions`."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def add(self, owner: Owner, *, remember: bool = True) -> IssuedSession:
        """Add a session. At the limit it deletes the oldest one."""
        await self._evict_oldest(owner)
        session_id, today = random_id(), self._uow.now.date()
        content = SessionContent(today, today, remembered=remember)
        first = self._uow.keyrings.refresh_tokens.start(
            session_id, owner.account_id, at=self._uow.now
        )
        expires_at = await self._uow.connection.scalar(
            ADD,
            {
                "id": session_id,
                "account_id": owner.account_id,
                "month_of_login": start_of_month(self._uow.now),
                "next_mark": first.marks.next_mark,
                "use_marks": first.marks.use_marks,
                "sealed": content.encrypt(owner, session_id),
            },
        )
        ends_at = min(expires_at, content.inactive_at)
        return IssuedSession(
            owner.account_id, session_id, first.successor, ends_at, remembered=remember
        )

    async def list_all(self, owner: Owner) -> list[OpenSession]:
        """Return the sessions of an account, oldest first, without those that are inactive."""
        rows = await self._uow.connection.execute(
            ALL, {"account_id": owner.account_id, "at": self._uow.now}
        )
        found = [
            OpenSession.from_content(
                row.id, SessionContent.decrypt(owner.key, row.id, row.sealed), row.expires_at
            )
            for row in rows
        ]
        return sorted(
            (one for one in found if one.inactive_at > self._uow.now),
            key=lambda one: (one.signed_in_on, one.renewed_on, one.id),
        )

    async def rename(self, owner: Owner, session_id: UUID, name: str | None) -> OpenSession:
        """Give a session a name, or none. Raise NotFound for one that is not the owner's."""
        row = await self._uow.connection.fetch_one_or_none(
            FIND_OF_ACCOUNT_FOR_UPDATE,
            {"session_id": session_id, "account_id": owner.account_id, "at": self._uow.now},
        )
        if row is None:
            raise NotFound
        content = SessionContent.decrypt(owner.key, session_id, row.sealed)
        if content.inactive_at <= self._uow.now:
            raise NotFound
        content = replace(content, name=name)
        await self._uow.connection.execute(
            SAVE_CONTENT,
            {"session_id": session_id, "sealed": content.encrypt(owner, session_id)},
        )
        return OpenSession.from_content(session_id, content, row.expires_at)

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

    async def _evict_oldest(self, owner: Owner) -> None:
        """Delete the oldest sessions beyond the limit, to make room for one more."""
        await self._uow.connection.execute(EVICT_OLDEST, {"account_id": owner.account_id})
