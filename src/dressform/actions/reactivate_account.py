from uuid import UUID

from dressform.actions.clear_attempts import clear_attempts
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import LinkInvalid
from dressform.repositories.accounts import Accounts
from dressform.repositories.expiry_notices import ExpiryNotices


async def reactivate_account(uow: UnitOfWork, token: str) -> UUID:
    """Reactivate an account in its grace period. Return its id. Raise LinkInvalid.

    It counts as a login, since it proves access to the mailbox of the account.
    """
    account_id = await ExpiryNotices(uow).reactivate(token)
    account = await Accounts(uow).get_by_id(account_id) if account_id else None
    if account is None:
        raise LinkInvalid
    return await clear_attempts(uow, account.owner, account.email)
