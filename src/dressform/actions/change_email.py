from uuid import UUID

from dressform.actions.check_password import check_password
from dressform.actions.clear_attempts import clear_attempts
from dressform.actions.confirm_sign_up import conflict_error
from dressform.crypto.passwords import PasswordHasher
from dressform.db.errors import ConstraintError
from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.errors import FieldError, InvalidInput, LinkInvalid
from dressform.mail.mailboxes import is_same_address
from dressform.repositories.accounts import Accounts
from dressform.repositories.mails import Mails
from dressform.repositories.one_time_tokens import OneTimeTokens, RedeemedToken, TokenPurpose
from dressform.repositories.owners import Member
from dressform.repositories.sign_ups import SignUps
from dressform.repositories.unique_hashes import lock_email


async def ask_email_change(
    uows: UnitOfWorkFactory,
    passwords: PasswordHasher,
    member: Member,
    *,
    password: str,
    new_email: str,
) -> None:
    """Queue a link for the new address and a notice for the old one.

    Raise WrongPassword, and InvalidInput for the address that the account has already.
    """
    credentials = await check_password(uows, passwords, member, password)
    if is_same_address(new_email, credentials.email):
        raise InvalidInput(FieldError("#/new_email", "is the address of your account already"))
    async with uows.transaction() as uow:
        mails = Mails(uow)
        language = credentials.language
        await mails.add(
            "email-change",
            to=new_email,
            language=language,
            owner_id=member.account_id,
            account_id=str(member.account_id),
            version=credentials.version,
        )
        await mails.add(
            "email-change-asked",
            to=credentials.email,
            language=language,
            owner_id=member.account_id,
        )


async def confirm_email(
    uows: UnitOfWorkFactory, passwords: PasswordHasher, *, token: str, password: str
) -> UUID:
    """Replace the old address by the confirmed one. Return the id of the account.

    The link proves who reads the new address, and the password whose account it is: a member may ask
    for the address of another person, who would move into the member's account by a click.
    Raise LinkInvalid, WrongPassword, EmailTaken.
    """
    waiting = await OneTimeTokens(uows.read()).peek(token, TokenPurpose.EMAIL_CHANGE)
    if waiting is None:
        raise LinkInvalid
    await check_password(uows, passwords, waiting.owner, password)
    async with uows.transaction() as uow:
        redeemed = await OneTimeTokens(uow).redeem(token, TokenPurpose.EMAIL_CHANGE)
        if redeemed is None:
            raise LinkInvalid
        return await _replace_email(uow, redeemed)


async def _replace_email(uow: UnitOfWork, redeemed: RedeemedToken) -> UUID:
    accounts = Accounts(uow)
    await lock_email(uow, redeemed.email)
    await accounts.delete_expired_holder(email=redeemed.email)
    try:
        before = await accounts.change(redeemed.owner, email=redeemed.email)
    except ConstraintError as error:
        raise conflict_error(error) from None
    await SignUps(uow).replace_by_links(redeemed.owner, redeemed.email)
    # A reset link that went to the old address must not outlive it.
    await OneTimeTokens(uow).delete_all(redeemed.owner)
    await Mails(uow).add(
        "email-changed",
        to=before.email,
        language=before.language,
        owner_id=redeemed.owner.account_id,
    )
    return await clear_attempts(uow, redeemed.owner, before.email, redeemed.email)
