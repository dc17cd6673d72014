from dressform.actions.check_username import require_allowed_username
from dressform.crypto.password_rules import PasswordRules
from dressform.crypto.passwords import PasswordHasher, validate_password_async
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import FieldError, UsernameTaken, WeakPassword
from dressform.repositories.mails import Mails
from dressform.repositories.sign_ups import SignUps
from dressform.repositories.unique_hashes import is_username_taken


async def register(
    uows: UnitOfWorkFactory,
    passwords: PasswordHasher,
    *,
    email: str,
    username: str,
    password: str,
    language: str,
) -> None:
    """Store a registration and queue its mail. Raise UsernameTaken, InvalidInput, WeakPassword.

    It does the same work whether or not the address has an account: the content of the mail is
    decided when it is delivered. A name is taken by members alone: of several who wait with one, the
    first to confirm has it. What takes long comes after what is cheap to check.
    """
    require_allowed_username(username, passwords.rules.site_words)
    if await is_username_taken(uows.read(), username):
        raise UsernameTaken
    await require_strong_password(
        password,
        username=username,
        email=email,
        rules=passwords.rules,
        is_registration=True,
    )
    password_hash = await passwords.hash(password)
    async with uows.transaction() as uow:
        sign_up_id = await SignUps(uow).add(
            email=email, username=username, language=language, password_hash=password_hash
        )
        await Mails(uow).add("sign-up", to=email, language=language, sign_up_id=str(sign_up_id))


async def require_strong_password(
    password: str,
    *,
    username: str,
    email: str | None = None,
    rules: PasswordRules,
    pointer: str = "#/password",
    is_registration: bool = False,
) -> None:
    """Raise WeakPassword for a password that is not acceptable."""
    objection = await validate_password_async(
        password, username=username, email=email, rules=rules, is_registration=is_registration
    )
    if objection is not None:
        raise WeakPassword(FieldError(pointer, objection))
