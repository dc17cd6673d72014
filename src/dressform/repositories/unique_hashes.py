"""Keep addresses and usernames unique, also while rows have hashes of two versions of the index key.

With one version the unique constraints do so for addresses and equal names. While the key is rotated,
a row of another version has another hash of the same address, which a constraint can't see. Names
that look alike are compared under a lock: members who had theirs before keep them.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    LargeBinary,
    Select,
    bindparam,
    func,
    select,
)

from dressform.db.errors import ConstraintError
from dressform.db.sqlstates import UNIQUE_VIOLATION
from dressform.db.statements import Statement, is_any_of
from dressform.db.tables import Account, FormerUsername, Profile
from dressform.db.unit_of_work import UnitOfWork

_LOCK = Statement(select(func.pg_advisory_xact_lock(bindparam("lock", type_=BigInteger))))


def _select_other_holder(hash_column: Any, id_column: Any) -> Statement:
    hashes = bindparam("hashes", type_=ARRAY(LargeBinary))
    return Statement(
        select(id_column).where(is_any_of(hash_column, hashes), id_column != bindparam("own_id"))
    )


_EMAIL_HOLDER = _select_other_holder(Account.email_index, Account.id)
_SKELETON_HASHES = bindparam("skeleton_hashes", type_=ARRAY(LargeBinary))
_IS_OWN_FORMER_NAME = is_any_of(
    FormerUsername.holder_hash, bindparam("holder_hashes", type_=ARRAY(LargeBinary))
)


def _select_other_member(condition: ColumnElement[bool]) -> Select[UUID]:
    return (
        select(Profile.account_id)
        .join(Account, Account.id == Profile.account_id)
        .where(
            condition,
            Account.expires_at > bindparam("expired_before", type_=Account.expires_at.type),
            Profile.account_id != bindparam("own_id"),
        )
    )


# One query for each index: for both in one condition the planner reads the whole table.
_USERNAME_HOLDER = Statement(
    _select_other_member(is_any_of(Profile.skeleton_index, _SKELETON_HASHES))
    .union_all(
        _select_other_member(
            is_any_of(Profile.username_index, bindparam("hashes", type_=ARRAY(LargeBinary)))
        ),
        select(FormerUsername.id).where(
            is_any_of(FormerUsername.skeleton_index, _SKELETON_HASHES),
            FormerUsername.expires_at > bindparam("at"),
            ~func.coalesce(_IS_OWN_FORMER_NAME, False),
        ),
    )
    .limit(1)
)
_NO_ACCOUNT = UUID(int=0)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


async def lock_hash(uow: UnitOfWork, hashes: Sequence[bytes]) -> None:
    """Lock a value until the transaction ends. Every order of its hashes gives the same lock.

    Two processes of which one already writes with the new key lock the same.
    """
    lock = int.from_bytes(min(hashes)[:8], signed=True)
    await uow.connection.execute(_LOCK, {"lock": lock})


async def lock_email(uow: UnitOfWork, email: str) -> None:
    """Lock an address until the transaction ends, against registrations and new accounts of it."""
    await lock_hash(uow, uow.keyrings.index.list_email_hashes(email))


async def check_email_is_free(uow: UnitOfWork, email: str, account_id: UUID) -> None:
    """Raise ConstraintError when another account has the address under any version of the key."""
    hashes = uow.keyrings.index.list_email_hashes(email)
    await _check(uow, _EMAIL_HOLDER, hashes, account_id, "uq_account_email_index")


async def check_username_is_free(uow: UnitOfWork, username: str, account_id: UUID) -> None:
    """Raise ConstraintError when another member has the name, or one that looks like it."""
    if await is_username_taken(uow, username, account_id):
        raise ConstraintError(UNIQUE_VIOLATION, "uq_profile_username_index")


async def is_username_taken(uow: UnitOfWork, username: str, account_id: UUID | None = None) -> bool:
    """Return whether another member has a name, or one that looks like it, or gave it up of late.

    Lock it until the transaction ends. Accounts that have expired and wait for their deletion count,
    but not without an account: their owner registers anew, and is mailed the way back.
    """
    index = uow.keyrings.index
    skeleton_hashes = index.list_skeleton_hashes(username)
    await lock_hash(uow, skeleton_hashes)
    holder = await uow.connection.scalar(
        _USERNAME_HOLDER,
        {
            "skeleton_hashes": skeleton_hashes,
            "hashes": index.list_username_hashes(username),
            "holder_hashes": index.list_holder_hashes(account_id) if account_id else [],
            "own_id": account_id or _NO_ACCOUNT,
            "at": uow.now,
            "expired_before": _EVER if account_id else uow.now,
        },
    )
    return holder is not None


async def _check(
    uow: UnitOfWork, holder: Statement, hashes: list[bytes], own_id: UUID, constraint: str
) -> None:
    if len(hashes) == 1:
        return
    await lock_hash(uow, hashes)
    if await uow.connection.scalar(holder, {"hashes": hashes, "own_id": own_id}) is not None:
        raise ConstraintError(UNIQUE_VIOLATION, constraint)
