from uuid import UUID

from dressform.actions.may_mail_consent import may_mail_consent
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import AccountRestricted, ConsentTextChanged
from dressform.opendata.consent import CURRENT
from dressform.repositories.accounts import Accounts
from dressform.repositories.consents import Consent, Consents
from dressform.repositories.mails import Mails
from dressform.repositories.owners import Member


async def give_consent(
    uow: UnitOfWork,
    member: Member,
    *,
    language: str,
    text_version: str,
    text_sha256: str | None,
    model_id: UUID | None,
) -> Consent | None:
    """Record a member's consent to the text that they were shown. Queue a confirmation.

    Raise AccountRestricted, ConsentTextChanged, TooManyConsents, and InvalidInput for a model that
    is not theirs.
    """
    if member.restricted:
        raise AccountRestricted
    text = CURRENT[language]
    if text_version != text.version or text_sha256 not in {None, text.sha256.hex()}:
        raise ConsentTextChanged
    consents = Consents(uow)
    if await consents.give(member, text, model_id) and await may_mail_consent(uow, member):
        account = await Accounts(uow).get_credentials(member)
        await Mails(uow).add(
            "consent-given",
            to=account.email,
            language=account.language,
            owner_id=member.account_id,
        )
    return await consents.get(member)
