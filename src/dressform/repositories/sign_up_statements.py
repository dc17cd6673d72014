"""The statements of the pending registrations, each compiled once."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    LargeBinary,
    Select,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from dressform.db.statements import Statement, is_any_of
from dressform.db.tables import ConfirmedLink, SignUp

MAX_PER_ADDRESS = 5
"""Registrations that wait for one address: confirming verifies the password of each."""

IS_LIVE = SignUp.expires_at > bindparam("at")
HAS_EMAIL = is_any_of(SignUp.email_index, bindparam("email_hashes", type_=ARRAY(LargeBinary)))
HAS_USERNAME = is_any_of(
    SignUp.username_index, bindparam("username_hashes", type_=ARRAY(LargeBinary))
)
HAS_ID = SignUp.id == bindparam("sign_up_id")

ADD = Statement(
    insert(SignUp).values(
        email_index=bindparam("email_index"),
        number=select(func.coalesce(func.max(SignUp.number), 0) + 1)
        .where(HAS_EMAIL)
        .scalar_subquery(),
    ),
    "id",
    "email_index",
    "username_index",
    "created_at",
    "number",
    "key_id",
    "wrapped_key",
    "sealed",
)
SET_TOKEN = Statement(update(SignUp).where(HAS_ID), "token_hash", "key_id", "wrapped_key", "sealed")


def _select(condition: ColumnElement[bool]) -> Select[*tuple[object, ...]]:
    """Return a query of the live registrations, newest first."""
    return (
        select(SignUp.id, SignUp.key_id, SignUp.wrapped_key, SignUp.sealed)
        .where(condition, IS_LIVE)
        .order_by(SignUp.number.desc())
        .limit(MAX_PER_ADDRESS)
    )


BY_TOKEN = Statement(_select(SignUp.token_hash == bindparam("hash")))
BY_EMAIL = Statement(_select(HAS_EMAIL).with_for_update())
BY_EMAIL_TO_READ = Statement(_select(HAS_EMAIL))
BY_ID = Statement(_select(HAS_ID).with_for_update())


def _delete_oldest() -> Statement:
    newest = select(func.max(SignUp.number)).where(HAS_EMAIL).scalar_subquery()
    return Statement(delete(SignUp).where(HAS_EMAIL, SignUp.number <= newest - MAX_PER_ADDRESS))


def _replace_by_links() -> Statement:
    """Return the deletion of an address's registrations, which keeps the hashes of their links."""
    gone = (
        delete(SignUp).where(HAS_EMAIL).returning(SignUp.token_hash, SignUp.created_at).cte("gone")
    )
    links = select(
        func.gen_random_uuid(),
        bindparam("account_id", type_=ConfirmedLink.account_id.type),
        gone.c.token_hash,
        gone.c.created_at,
    ).where(gone.c.token_hash.is_not(None))
    columns = ["id", "account_id", "token_hash", "created_at"]
    return Statement(insert(ConfirmedLink).from_select(columns, links))


def _give_up_username() -> Statement:
    """Return the release of a name by registrations that are not being confirmed at the moment."""
    chosen = (
        select(SignUp.id)
        .where(HAS_USERNAME, IS_LIVE)
        .limit(bindparam("limit", type_=BigInteger))
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    return Statement(
        update(SignUp)
        .where(SignUp.id.in_(select(chosen.c.id)))
        .values(username_index=None)
        .returning(SignUp.id, SignUp.key_id, SignUp.wrapped_key, SignUp.sealed)
    )


DELETE_OLDEST = _delete_oldest()
DELETE_ALL = Statement(delete(SignUp).where(HAS_EMAIL))
REPLACE_BY_LINKS = _replace_by_links()
GIVE_UP_USERNAME = _give_up_username()
HAS_CONFIRMED_LINK = Statement(
    select(ConfirmedLink.id).where(
        ConfirmedLink.token_hash == bindparam("hash"), ConfirmedLink.expires_at > bindparam("at")
    )
)
