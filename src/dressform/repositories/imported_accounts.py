"""The accounts that were moved here from another site, of which it is known for a while which they were."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, LargeBinary, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from dressform.crypto.secrets import random_id
from dressform.db.statements import Statement, is_any_of
from dressform.db.tables import ImportedAccount
from dressform.db.unit_of_work import UnitOfWork
from dressform.policy.periods import start_of_day
from dressform.repositories.new_accounts import insert_account
from dressform.repositories.owners import Owner

_FIND = Statement(
    select(ImportedAccount.id).where(
        is_any_of(ImportedAccount.source_hash, bindparam("hashes", type_=ARRAY(LargeBinary))),
        ImportedAccount.expires_at > bindparam("at", type_=ImportedAccount.expires_at.type),
    )
)
_NEW = insert(ImportedAccount)
# The row of an account that was moved before may be expired and not deleted yet.
_ADD = Statement(
    _NEW.on_conflict_do_update(
        index_elements=["source_hash"], set_={"imported_at": _NEW.excluded.imported_at}
    ),
    "id",
    "source_hash",
    "imported_at",
)


class ImportedAccounts:
    """The accounts of other sites. `source` identifies one among those of all sites."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._index = uow.keyrings.index

    async def contains(self, source: str) -> bool:
        """Return whether an account was moved here within the retention period."""
        values = {"hashes": self._index.list_source_hashes(source), "at": self._uow.now}
        return await self._uow.connection.scalar(_FIND, values) is not None

    async def add(
        self, source: str, payload: dict[str, Any], *, created_at: datetime, last_login_at: datetime
    ) -> Owner:
        """Add an account of another site, and that it was moved. `payload`: see `insert_account`.

        Raise ConstraintError when the address has an account.
        """
        await self._uow.connection.execute(
            _ADD,
            {
                "id": random_id(),
                "source_hash": self._index.list_source_hashes(source)[0],
                "imported_at": start_of_day(self._uow.now),
            },
        )
        return await insert_account(
            self._uow, random_id(), payload, created_at=created_at, last_login_at=last_login_at
        )
