"""Hash and validate passwords (argon2id, zxcvbn). The only module that imports passlib."""

import os
import secrets
import unicodedata
from functools import cache
from threading import Lock

from passlib.context import CryptContext
from zxcvbn import zxcvbn

from dressform.errors import Unavailable
from dressform.executors.bounded_executor import RETRY_AFTER_SECONDS, BoundedExecutor
from dressform.executors.child_process import ChildFailedError
from dressform.executors.process_executor import ProcessExecutor

SITE = "dressform"
MIN_LENGTH = 12
MAX_LENGTH = 256
# Composing shrinks a text to a quarter at most, so nothing longer can be an acceptable password.
MAX_RAW_LENGTH = 4 * MAX_LENGTH

MIN_SCORE = 3
# The rest only makes a password stronger.
MAX_SCORED_LENGTH = 40
# zxcvbn tries every way to read digits and symbols as letters: with all of them in 72 characters
# that took two seconds.
MAX_SCORED_LENGTH_IF_LEET = 20
LEET_CHARACTERS = frozenset("4@8({[<369!1|70$5+%2")
MAX_LEET_KINDS = 8

UNREADABLE = "Use letters, digits, spaces and symbols only."
TOO_SHORT = f"Use at least {MIN_LENGTH} characters: a few unrelated words are easy to remember."
TOO_LONG = f"Use at most {MAX_LENGTH} characters."
HAS_USERNAME = "Leave your username out of the password."
HAS_SITE = "Leave the name of this site out of the password."
HAS_EMAIL = "Leave your e-mail address out of the password."
GUESSABLE = (
    "This one is easy to guess: choose a few more words that have nothing to do with each other."
)

# A hash takes about 25 ms of a core, a validation at most 0.1 s: no call waits for more than about
# two seconds.
MAX_QUEUED_PER_CORE = 40
MAX_QUEUED_VALIDATIONS = 16
_MAX_VALIDATION_SECONDS = 5.0
_MAX_VALIDATION_MEMORY = 512 * 1024 * 1024

_CONTEXT = CryptContext(
    schemes=["argon2"],
    argon2__type="ID",
    argon2__memory_cost=19456,
    argon2__time_cost=2,
    argon2__parallelism=1,
)

_scoring_lock = Lock()


def _create_validator(name: str) -> ProcessExecutor:
    """Return a process for validations: in a thread, zxcvbn would hold up the event loop."""
    return ProcessExecutor(
        name,
        processes=1,
        max_queued=MAX_QUEUED_VALIDATIONS,
        max_seconds=_MAX_VALIDATION_SECONDS,
        max_cpu_seconds=_MAX_VALIDATION_SECONDS,
        max_memory=_MAX_VALIDATION_MEMORY,
    )


# Anyone can register, so the passwords of existing accounts have a queue of their own.
_registration_validator = _create_validator("registrations")
_change_validator = _create_validator("password-changes")


class PasswordHasher:
    """Hashes passwords by argon2id, in as many threads as there are cores.

    `hash` and `verify` raise Unavailable when too many calls are queued.
    """

    def __init__(self) -> None:
        self._dummy = _dummy_hash()
        cores = os.cpu_count() or 1
        self._queue = BoundedExecutor(
            "passwords", threads=cores, max_queued=MAX_QUEUED_PER_CORE * cores
        )

    async def hash(self, password: str) -> str:
        """Return the hash of a validated password. Raise ValueError for text that is not
        Unicode.
        """
        return await self._queue.run(lambda: self._hash(password))

    async def verify(self, password: str, hashed: str | None) -> bool:
        """Return whether a password has this hash. Without a hash: False, in the same time."""
        if len(password) > MAX_RAW_LENGTH:
            return False
        against = self._dummy if hashed is None else hashed
        matches = await self._queue.run(lambda: self._matches(password, against))
        return matches and hashed is not None

    def needs_rehash(self, hashed: str) -> bool:
        """Return whether a hash was made with other settings than the present ones."""
        return _CONTEXT.needs_update(hashed)

    def _hash(self, password: str) -> str:
        return _CONTEXT.hash(_normalise(password))

    def _matches(self, password: str, hashed: str) -> bool:
        try:
            return _CONTEXT.verify(_normalise(password), hashed)
        except ValueError:  # passlib's UnknownHashError and PasswordSizeError are its kinds
            return False


@cache
def _dummy_hash() -> str:
    return _CONTEXT.hash(secrets.token_urlsafe())


async def validate_password_async(
    password: str, *, username: str, email: str | None = None, is_registration: bool = False
) -> str | None:
    """Run `validate_password` in a process. Raise Unavailable when too many calls are queued."""
    validator = _registration_validator if is_registration else _change_validator
    try:
        return await validator.run(_validate, password, username, email)
    except ChildFailedError:
        raise Unavailable(
            reason="the process that scores passwords ended", retry_after=RETRY_AFTER_SECONDS
        ) from None


def _validate(password: str, username: str, email: str | None) -> str | None:
    return validate_password(password, username=username, email=email)


def validate_password(password: str, *, username: str, email: str | None = None) -> str | None:
    """Return None for an acceptable password, else one sentence of advice. Takes up to 0.1 s."""
    if "\0" in password or any("\ud800" <= character <= "\udfff" for character in password):
        return UNREADABLE
    if len(password) > MAX_RAW_LENGTH or len(text := _normalise(password)) > MAX_LENGTH:
        return TOO_LONG
    if len(text) < MIN_LENGTH:
        return TOO_SHORT
    return _check_personal_info(text, username, email) or _check_strength(text, username, email)


def _check_personal_info(text: str, username: str, email: str | None) -> str | None:
    folded = _fold(text)
    local_part = _fold(_local_part(email))
    if username and _fold(username) in folded:
        return HAS_USERNAME
    if SITE in folded:
        return HAS_SITE
    if len(local_part) >= 4 and local_part in folded:  # noqa: PLR2004  less is in too many words
        return HAS_EMAIL
    return None


def _check_strength(text: str, username: str, email: str | None) -> str | None:
    scored = text[:MAX_SCORED_LENGTH]
    if len(LEET_CHARACTERS.intersection(scored)) > MAX_LEET_KINDS:
        scored = scored[:MAX_SCORED_LENGTH_IF_LEET]
    # zxcvbn keeps the personal words in a global, where another thread would score with them.
    with _scoring_lock:
        result = zxcvbn(scored, user_inputs=[SITE, username, _local_part(email)])
    return GUESSABLE if result["score"] < MIN_SCORE else None


def _local_part(email: str | None) -> str:
    return (email or "").rpartition("@")[0]


def _normalise(text: str) -> str:
    # NIST SP 800-63B: the same password typed on two devices can be composed differently.
    return unicodedata.normalize("NFKC", text)


def _fold(text: str) -> str:
    return _normalise(_normalise(text).casefold())
