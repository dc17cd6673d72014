from dressform.actions.may_mail_consent import may_mail_consent
from dressform.db.unit_of_work import UnitOfWork
from dressform.repositories.accounts import Accounts
from dressform.repositories.consents import Consent, Consents
from dressform.repositories.mails import Mails
from dressform.repositories.owners import Member


async def withdraw_consent(uow: UnitOfWork, member: Member) -> Consent | None:
    """Withdraw a consent and queue a confirmation. Return None when they never agreed."""
    consents = Consents(uow)
    if await consents.withdraw(member) and await may_mail_consent(uow, member):
        account = await Accounts(uow).get_credentials(member)
        await Mails(uow).add(
            "consent-withdrawn",
            to=account.email,
            language=account.language,
            owner_id=member.account_id,
        )
    return await consents.get(member)
