"""The id of the account of a login name, without opening the account."""

from uuid import UUID

from sqlalchemy import select

from dressform.db.statements import Statement
from dressform.db.tables import Account
from dressform.db.unit_of_work import UnitOfWork
from dressform.repositories.account_statements import AT, HAS_EMAIL, HAS_USERNAME
from dressform.repositories.expired_rows import is_deletable

_NOT_DELETABLE = select(Account.id).where(~is_deletable(Account.expires_at, AT))
_BY_EMAIL = Statement(_NOT_DELETABLE.where(HAS_EMAIL))
_BY_USERNAME = Statement(_NOT_DELETABLE.where(HAS_USERNAME))


async def find_account_id(uow: UnitOfWork, login: str) -> UUID | None:
    """Return the id of an account by username or address, also in its grace period."""
    index = uow.keyrings.index
    found: UUID | None = await (
        uow.connection.scalar(
            _BY_EMAIL, {"email_hashes": index.list_email_hashes(login), "at": uow.now}
        )
        if "@" in login
        else uow.connection.scalar(
            _BY_USERNAME, {"username_hashes": index.list_username_hashes(login), "at": uow.now}
        )
    )
    return found
