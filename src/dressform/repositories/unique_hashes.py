"""Keep addresses and usernames unique while rows have hashes of two versions of the index key.

With one version the unique constraints do so. While the key is rotated, a row of another version has
another hash of the same address, which a constraint can't see.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, LargeBinary, bindparam, func, select

from dressform.db.errors import ConstraintError
from dressform.db.sqlstates import UNIQUE_VIOLATION
from dressform.db.statements import Statement, is_any_of
from dressform.db.tables import Account, Profile
from dressform.db.unit_of_work import UnitOfWork

_LOCK = Statement(select(func.pg_advisory_xact_lock(bindparam("lock", type_=BigInteger))))


def _select_other_holder(hash_column: Any, id_column: Any) -> Statement:
    hashes = bindparam("hashes", type_=ARRAY(LargeBinary))
    return Statement(
        select(id_column).where(is_any_of(hash_column, hashes), id_column != bindparam("own_id"))
    )


_EMAIL_HOLDER = _select_other_holder(Account.email_index, Account.id)
_USERNAME_HOLDER = _select_other_holder(Profile.username_index, Profile.account_id)


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
    """Raise ConstraintError when another profile has the name under any version of the key."""
    hashes = uow.keyrings.index.list_username_hashes(username)
    await _check(uow, _USERNAME_HOLDER, hashes, account_id, "uq_profile_username_index")


async def _check(
    uow: UnitOfWork, holder: Statement, hashes: list[bytes], own_id: UUID, constraint: str
) -> None:
    if len(hashes) == 1:
        return
    await lock_hash(uow, hashes)
    if await uow.connection.scalar(holder, {"hashes": hashes, "own_id": own_id}) is not None:
        raise ConstraintError(UNIQUE_VIOLATION, constraint)
