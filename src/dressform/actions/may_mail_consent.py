from dressform.db.unit_of_work import UnitOfWork
from dressform.repositories.attempt_counts import AttemptCounts
from dressform.repositories.owners import Member
from dressform.repositories.rate_limits import CONSENT, Budget


async def may_mail_consent(uow: UnitOfWork, member: Member) -> bool:
    """Count a mail to a member about their consent, and return whether it may be sent."""
    attempt = await AttemptCounts(uow).take(Budget(CONSENT, str(member.account_id)))
    return attempt.fullest is None
