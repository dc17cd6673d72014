from dressform.crypto.passwords import PasswordHasher, validate_password_async
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import FieldError, UsernameTaken, WeakPassword
from dressform.repositories.mails import Mails
from dressform.repositories.sign_ups import SignUps


async def check_registration(
    uows: UnitOfWorkFactory, *, email: str, username: str, password: str
) -> None:
    """What can be said before a mail is spent on it. Raises WeakPassword, UsernameTaken."""
    await require_strong_password(password, username=username, email=email)
    uow = uows.read()
    if not await SignUps(uow).is_username_free(username):
        raise UsernameTaken


async def register(
    uows: UnitOfWorkFactory,
    passwords: PasswordHasher,
    *,
    email: str,
    username: str,
    password: str,
    language: str,
) -> None:
    """Keep an acceptable sign-up and write its mail.

    Does the same work whether or not the address has an account: what the mail says is found out
    when it is delivered. Raises UsernameTaken for a name that was taken meanwhile.
    """
    password_hash = await passwords.hash(password)
    async with uows.transaction() as uow:
        sign_ups = SignUps(uow)
        if not await sign_ups.is_username_free(username):
            raise UsernameTaken
        sign_up_id = await sign_ups.add(
            email=email, username=username, language=language, password_hash=password_hash
        )
        await Mails(uow).add("sign-up", to=email, language=language, sign_up_id=str(sign_up_id))


async def require_strong_password(
    password: str, *, username: str, email: str | None = None, pointer: str = "#/password"
) -> None:
    """Raises WeakPassword."""
    objection = await validate_password_async(password, username=username, email=email)
    if objection is not None:
        raise WeakPassword(FieldError(pointer, objection))
