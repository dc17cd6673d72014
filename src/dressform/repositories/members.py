"""The member behind a request, read in the same query as what the request asks for."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select, true

from dressform.crypto.sealing import WrappedKey
from dressform.db.statements import Row, Statement
from dressform.db.tables import Account, AccountKey, Session
from dressform.db.unit_of_work import UnitOfWork
from dressform.repositories.owners import Member
from dressform.repositories.sealed_sessions import is_genuine_session

_MEMBER = (
    select(
        Account.restricted_at,
        AccountKey.key_id,
        AccountKey.wrapped_key,
        Session.month_of_login,
        Session.sealed.label("session_sealed"),
    )
    .join(AccountKey, AccountKey.account_id == Account.id)
    .join(Session, Session.account_id == Account.id)
    .where(Session.id == bindparam("session_id"), Account.id == bindparam("account_id"))
    .where(Session.expires_at > bindparam("at"), Account.expires_at > bindparam("at"))
)

MEMBER_QUERY = Statement(_MEMBER)


def member_with_columns(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Select the member, with more columns of the account. Other tables may be joined."""
    return _MEMBER.add_columns(*columns)


def with_member(statement: Select[*tuple[Any, ...]]) -> Statement:
    """Return a statement with the member beside each row of another statement.

    The other statement takes the parameters `account_id` and `at`. Where it has no row, its columns
    are None.
    """
    who, what = _MEMBER.subquery("who"), statement.subquery("what")
    return Statement(select(who, what).select_from(who).outerjoin(what, true()))


class Members:
    """The members who are signed in."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def get_by_session(
        self, session_id: UUID, account_id: UUID, statement: Statement = MEMBER_QUERY, **params: Any
    ) -> tuple[Member, Sequence[Row]] | None:
        """Return the member of a session, and the rows of a statement, by one query.

        So deleting a session takes effect at once in every process. Return None as well for a row
        that the service did not write (`is_genuine_session`).
        """
        params |= {"session_id": session_id, "account_id": account_id, "at": self._uow.now}
        rows = await self._uow.connection.fetch_all(statement, params)
        if not rows:
            return None
        row = rows[0]
        wrapped = WrappedKey(row.key_id, row.wrapped_key)
        key = self._uow.keyrings.master.unwrap(wrapped, account_id)
        if not is_genuine_session(key, session_id, row.month_of_login, row.session_sealed):
            return None
        restricted = row.restricted_at is not None
        return Member(account_id, key, session_id, restricted=restricted), rows
