from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import LinkInvalid
from dressform.repositories.expiry_notices import ExpiryNotices


async def reactivate_account(uow: UnitOfWork, token: str) -> None:
    """The owner of an account past its window comes back in time. Raises LinkInvalid.

    It counts as a login: it takes the mailbox of the account and says the same thing.
    """
    if not await ExpiryNotices(uow).reactivate(token):
        raise LinkInvalid
