from datetime import datetime
from typing import Any
from uuid import UUID

from dressform.crypto.sealing import DataKey
from dressform.crypto.secrets import new_version
from dressform.db.unit_of_work import UnitOfWork
from dressform.policy.periods import start_of_day, start_of_month
from dressform.repositories.account_statements import ADD, ADD_KEY
from dressform.repositories.owners import Owner
from dressform.repositories.unique_hashes import check_email_is_free


async def insert_account(
    uow: UnitOfWork,
    account_id: UUID,
    payload: dict[str, Any],
    *,
    created_at: datetime,
    last_login_at: datetime,
) -> Owner:
    """Insert an account with a new key, its times as month and day. `payload` is what is sealed.

    Raise ConstraintError when the address already has an account.
    """
    await check_email_is_free(uow, payload["email"], account_id)
    owner = Owner(account_id, DataKey.generate())
    wrapped = uow.keyrings.master.wrap(owner.key, account_id)
    version = new_version()
    await uow.connection.execute(
        ADD,
        {
            "id": account_id,
            "email_index": uow.keyrings.index.hash_email(payload["email"]),
            "created_at": start_of_month(created_at),
            "last_login_at": start_of_day(last_login_at),
            "version": version,
            "sealed": owner.key.seal(payload, "account", account_id, version),
        },
    )
    await uow.connection.execute(
        ADD_KEY,
        {"account_id": account_id, "key_id": wrapped.key_id, "wrapped_key": wrapped.key},
    )
    return owner
