"""The statements of the outbox, each compiled once."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    LargeBinary,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from dressform.db.statements import Statement, is_any_of
from dressform.db.tables import Account, Mail, SignUp
from dressform.repositories.expired_rows import is_deletable

NEWEST_FIRST = frozenset({"password-reset", "sign-in"})
"""Kinds of which the newest mail is sent first. Of resets, only the newest to each address."""

_AT = bindparam("at", type_=Mail.expires_at.type)
_HAS_ID = Mail.id == bindparam("mail_id")
_IS_DUE = and_(Mail.next_attempt_at <= _AT, Mail.expires_at > _AT)

ADD = Statement(
    insert(Mail).values(
        kind=bindparam("kind"),
        email_index=bindparam("email_index"),
        # How many mails of the kind wait for the address: others have their turn before.
        turn=select(func.count())
        .select_from(Mail)
        .where(Mail.kind == bindparam("kind"), Mail.email_index == bindparam("email_index"))
        .scalar_subquery(),
        attempts=0,
        failures=0,
    ),
    "id",
    "account_id",
    "kind",
    "email_index",
    "turn",
    "created_at",
    "next_attempt_at",
    "attempts",
    "failures",
    "key_id",
    "wrapped_key",
    "sealed",
)


def _list_kinds() -> Statement:
    """Return a query of the kinds in the outbox, which reads one entry of the index for each."""
    kinds = select(func.min(Mail.kind).label("kind")).cte("kinds", recursive=True)
    following = select(func.min(Mail.kind)).where(Mail.kind > kinds.c.kind).scalar_subquery()
    kinds = kinds.union_all(select(following).where(kinds.c.kind.is_not(None)))
    return Statement(select(kinds.c.kind).where(kinds.c.kind.is_not(None)))


def _lease_first(*order: Any) -> Statement:
    """Return the lease of the first mail of a kind that is due, and whose address is not busy."""
    busy = bindparam("busy", type_=ARRAY(LargeBinary))
    due = (
        select(Mail.id)
        .where(Mail.kind == bindparam("kind"), _IS_DUE)
        .where(or_(Mail.email_index.is_(None), ~is_any_of(Mail.email_index, busy)))
        .order_by(*order)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return Statement(
        update(Mail)
        .where(Mail.id == due.scalar_subquery())
        .values(next_attempt_at=bindparam("leased_until"), attempts=Mail.attempts + 1)
        .returning(Mail.id, Mail.kind, Mail.email_index, Mail.attempts, Mail.failures)
    )


def _delete_pointless() -> Statement:
    """Return the deletion of due mails that nobody would get, or that a newer one replaces."""
    newer = aliased(Mail)
    has_account = exists().where(
        Account.email_index == Mail.email_index, ~is_deletable(Account.expires_at, _AT)
    )
    has_sign_up = exists().where(SignUp.email_index == Mail.email_index, SignUp.expires_at > _AT)
    has_newer = exists().where(
        newer.kind == Mail.kind,
        newer.email_index == Mail.email_index,
        newer.number > Mail.number,
    )
    chosen = (
        select(Mail.id)
        .where(
            _IS_DUE,
            Mail.email_index.is_not(None),
            or_(
                and_(Mail.kind == "password-reset", has_newer),
                # No newer link to sign in replaces one: anyone may have asked for it.
                and_(
                    or_(*(Mail.kind == kind for kind in ("password-reset", "sign-up", "sign-in"))),
                    ~has_account,
                    ~has_sign_up,
                ),
            ),
        )
        .limit(bindparam("limit"))
        .with_for_update(of=Mail, skip_locked=True)
        .cte("chosen")
    )
    return Statement(delete(Mail).where(Mail.id.in_(select(chosen.c.id))))


LIST_KINDS = _list_kinds()
LEASE_OLDEST = _lease_first(Mail.turn, Mail.number)
LEASE_NEWEST = _lease_first(Mail.number.desc())
BY_ID = Statement(
    select(Mail.id, Mail.kind, Mail.created_at, Mail.key_id, Mail.wrapped_key, Mail.sealed).where(
        _HAS_ID
    )
)
DELETE = Statement(delete(Mail).where(_HAS_ID))
DELETE_ALL_TO = Statement(
    delete(Mail).where(
        is_any_of(Mail.email_index, bindparam("email_hashes", type_=ARRAY(LargeBinary)))
    )
)
DELETE_POINTLESS = _delete_pointless()
# Only by the courier who leased it last: another may have it by now.
RETRY_LATER = Statement(
    update(Mail).where(_HAS_ID, Mail.attempts == bindparam("attempts_known")),
    "next_attempt_at",
    "failures",
)
