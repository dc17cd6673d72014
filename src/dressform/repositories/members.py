"""Who asks, and in the same look what is asked for."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select, true

from dressform.crypto.sealing import Wrapped
from dressform.database import Units
from dressform.questions import Question, Row
from dressform.repositories.owners import Member
from dressform.tables import Account, AccountKey, Session

_WHO = (
    select(Account.restricted_at, AccountKey.key_id, AccountKey.wrapped_key)
    .join(AccountKey, AccountKey.account_id == Account.id)
    .join(Session, Session.account_id == Account.id)
    .where(Session.id == bindparam("session_id"), Account.id == bindparam("account_id"))
    .where(Session.ends_at > bindparam("at"), Account.ends_at > bindparam("at"))
)

WHO = Question(_WHO)


def who_and(statement: Select[*tuple[Any, ...]]) -> Question:
    """Who asks, beside the row of a statement that asks by the same `account_id` and `at`.

    Where there is no such row, its columns are None.
    """
    who, what = _WHO.subquery("who"), statement.subquery("what")
    return Question(select(who, what).select_from(who).outerjoin(what, true()))


class Members:
    def __init__(self, units: Units) -> None:
        self._units = units

    async def by_session(
        self, session_id: UUID, account_id: UUID, question: Question = WHO, **asked: Any
    ) -> tuple[Member, Row] | None:
        """One look, so that ending a session holds at once in every process."""
        asked |= {"session_id": session_id, "account_id": account_id, "at": self._units.clock()}
        row = await self._units.ask(question, asked)
        if row is None:
            return None
        wrapped = Wrapped(row.key_id, row.wrapped_key)
        key = self._units.vault.master.unwrap(wrapped, account_id)
        restricted = row.restricted_at is not None
        return Member(account_id, key, session_id, restricted=restricted), row
