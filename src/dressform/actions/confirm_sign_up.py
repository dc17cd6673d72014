from dressform.actions.clear_attempts import clear_attempts
from dressform.db.errors import ConstraintError
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import EmailTaken, LinkInvalid, UsernameTaken
from dressform.repositories.accounts import Accounts
from dressform.repositories.profiles import Profiles
from dressform.repositories.sign_ups import SignUps


async def confirm_sign_up(uow: UnitOfWork, token: str) -> None:
    """Turn a registration into an account. Raise LinkInvalid, EmailTaken, UsernameTaken."""
    sign_ups = SignUps(uow)
    waiting = await sign_ups.get_by_token(token)
    if waiting is None:
        raise LinkInvalid
    accounts = Accounts(uow)
    await accounts.delete_expired_holder(email=waiting.email, username=waiting.username)
    try:
        owner = await accounts.add(
            waiting.id,
            email=waiting.email,
            language=waiting.language,
            password_hash=waiting.password_hash,
        )
        await Profiles(uow).add(owner, username=waiting.username)
    except ConstraintError as error:
        raise conflict_error(error) from None
    # Other registrations of this address stay: if their usernames became free, that would reveal
    # that the address has an account now.
    await sign_ups.remove(waiting.id)
    await clear_attempts(uow, owner, waiting.email)


def conflict_error(error: ConstraintError) -> Exception:
    """Return the error of a refused row: the username or the address is taken."""
    return {
        "uq_profile_username_index": UsernameTaken(),
        "uq_account_email_index": EmailTaken(),
    }.get(error.constraint or "", error)
