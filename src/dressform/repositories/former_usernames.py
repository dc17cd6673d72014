"""The usernames that were given up and are not free yet."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    LargeBinary,
    Select,
    bindparam,
    delete,
    func,
    insert,
    literal,
    null,
    select,
)
from sqlalchemy.sql.dml import ReturningDelete

from dressform.crypto.secrets import random_id
from dressform.db.statements import Statement, is_any_of
from dressform.db.tables import FormerUsername, Profile
from dressform.db.unit_of_work import UnitOfWork
from dressform.policy.periods import start_of_day

MAX_HELD = 3
"""The former names that one account holds: with more, a member could keep names from others."""

_HOLDER = is_any_of(
    FormerUsername.holder_hash, bindparam("holder_hashes", type_=ARRAY(LargeBinary))
)
_SKELETON = is_any_of(
    FormerUsername.skeleton_index, bindparam("skeleton_hashes", type_=ARRAY(LargeBinary))
)
_ADD = Statement(
    insert(FormerUsername).values(
        number=select(func.coalesce(func.max(FormerUsername.number), 0) + 1)
        .where(_HOLDER)
        .scalar_subquery()
    ),
    "id",
    "skeleton_index",
    "holder_hash",
    "released_at",
)
_RELEASE = Statement(delete(FormerUsername).where(_HOLDER, _SKELETON))
_RELEASE_OLDEST = Statement(
    delete(FormerUsername).where(
        FormerUsername.id.in_(
            select(FormerUsername.id)
            .where(_HOLDER)
            .order_by(FormerUsername.number.desc())
            .offset(bindparam("most", type_=BigInteger))
        )
    )
)


def delete_and_hold_names(accounts: ReturningDelete[UUID]) -> Select[Any]:
    """Return a statement that deletes accounts and holds their names. It returns the ids.

    One statement, so that every way of deleting accounts holds them. Its parameter `released_at` is
    the day. Both parts see the profiles, which the database deletes at the statement's end.
    """
    gone = accounts.cte("gone")
    names = select(
        func.gen_random_uuid(),
        Profile.skeleton_index,
        null(),
        literal(0),
        bindparam("released_at", type_=FormerUsername.released_at.type),
    ).where(Profile.account_id.in_(select(gone.c.id)), Profile.skeleton_index.is_not(None))
    held = insert(FormerUsername).from_select(
        ["id", "skeleton_index", "holder_hash", "number", "released_at"], names
    )
    return select(gone.c.id).add_cte(held.cte("held"))


class FormerUsernames:
    """The former names of members. The names of deleted accounts are held by `delete_and_hold_names`."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._index = uow.keyrings.index

    async def hold(self, username: str, account_id: UUID) -> None:
        """Hold the name that a member gives up, and release the oldest of more than MAX_HELD."""
        holder_hashes = self._index.list_holder_hashes(account_id)
        await self._uow.connection.execute(
            _ADD,
            {
                "id": random_id(),
                "skeleton_index": self._index.hash_skeleton(username),
                "holder_hash": holder_hashes[0],
                "holder_hashes": holder_hashes,
                "released_at": start_of_day(self._uow.now),
            },
        )
        await self._uow.connection.execute(
            _RELEASE_OLDEST, {"holder_hashes": holder_hashes, "most": MAX_HELD}
        )

    async def release(self, username: str, account_id: UUID) -> None:
        """Release a name that its former member takes back."""
        await self._uow.connection.execute(
            _RELEASE,
            {
                "holder_hashes": self._index.list_holder_hashes(account_id),
                "skeleton_hashes": self._index.list_skeleton_hashes(username),
            },
        )
