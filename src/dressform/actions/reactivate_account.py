from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import LinkInvalid
from dressform.repositories.expiry_notices import ExpiryNotices


async def reactivate_account(uow: UnitOfWork, token: str) -> None:
    """Reactivate an account in its grace period. Raise LinkInvalid.

    It counts as a login, since it proves access to the mailbox of the account.
    """
    if not await ExpiryNotices(uow).reactivate(token):
        raise LinkInvalid
