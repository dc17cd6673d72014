"""The statements of the sessions, each compiled once."""

from sqlalchemy import bindparam, delete, insert, select, update

from dressform.db.statements import Statement
from dressform.db.tables import Account, AccountKey, Session

MAX_SESSIONS = 100
"""The sessions that an account can have. One more login deletes the oldest."""

IS_OF_ACCOUNT = Session.account_id == bindparam("account_id")

ADD = Statement(
    insert(Session).returning(Session.expires_at),
    "id",
    "account_id",
    "month_of_login",
    "next_mark",
    "use_marks",
    "sealed",
)

ALL = Statement(
    select(Session.id, Session.sealed, Session.expires_at).where(
        IS_OF_ACCOUNT, Session.expires_at > bindparam("at")
    )
)

_FIND = (
    select(
        Session.id,
        Session.account_id,
        Session.month_of_login,
        Session.next_mark,
        Session.used_hash,
        Session.use_marks,
        Session.sealed,
        Session.expires_at,
        AccountKey.key_id,
        AccountKey.wrapped_key,
    )
    .join(Account, Account.id == Session.account_id)
    .join(AccountKey, AccountKey.account_id == Session.account_id)
    .where(Session.id == bindparam("session_id"))
    .where(Session.expires_at > bindparam("at"), Account.expires_at > bindparam("at"))
)

FIND = Statement(_FIND)

FIND_FOR_UPDATE = Statement(_FIND.with_for_update(of=Session))

FIND_OF_ACCOUNT_FOR_UPDATE = Statement(
    select(Session.sealed, Session.expires_at)
    .where(Session.id == bindparam("session_id"), IS_OF_ACCOUNT)
    .where(Session.expires_at > bindparam("at"))
    .with_for_update()
)

SAVE_USE = Statement(
    update(Session).where(Session.id == bindparam("session_id")),
    "next_mark",
    "used_hash",
    "use_marks",
    "sealed",
)

SAVE_CONTENT = Statement(update(Session).where(Session.id == bindparam("session_id")), "sealed")

DELETE = Statement(delete(Session).where(Session.id == bindparam("session_id"), IS_OF_ACCOUNT))

DELETE_ALL = Statement(delete(Session).where(IS_OF_ACCOUNT))

DELETE_OTHERS = Statement(
    delete(Session).where(IS_OF_ACCOUNT, Session.id != bindparam("session_id"))
)

EVICT_OLDEST = Statement(
    delete(Session).where(
        Session.id.in_(
            select(Session.id)
            .where(IS_OF_ACCOUNT)
            .order_by(Session.month_of_login.desc(), Session.id)
            .offset(MAX_SESSIONS - 1)
        )
    )
)
