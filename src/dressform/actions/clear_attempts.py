from uuid import UUID

from dressform.db.unit_of_work import UnitOfWork
from dressform.repositories.attempt_counts import AttemptCounts
from dressform.repositories.owners import Owner
from dressform.repositories.profiles import Profiles
from dressform.repositories.rate_limits import budgets_of_owner


async def clear_attempts(uow: UnitOfWork, owner: Owner, *addresses: str) -> UUID:
    """Forget the attempts at all names of an owner who has proved to be the owner.

    `addresses`: the addresses of the account, before and after a change. Return the account's id.
    """
    username = (await Profiles(uow).get(owner)).username
    await AttemptCounts(uow).clear(*budgets_of_owner(username=username, addresses=addresses))
    return owner.account_id
