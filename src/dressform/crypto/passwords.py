"""Hash passwords by argon2id, and validate new ones. The only module that imports passlib.

Hashes of other sites by scrypt and bcrypt are verified as well. They need a rehash, so that a login replaces them.
"""

import os
import secrets
from functools import cache

from passlib.context import CryptContext

from dressform.crypto.foreign_hashes import list_secrets
from dressform.crypto.password_filter import FilterFileError
from dressform.crypto.password_forms import normalise
from dressform.crypto.password_rules import (
    DEFAULT_RULES,
    MAX_RAW_LENGTH,
    PasswordRules,
    validate_password,
)
from dressform.errors import Unavailable
from dressform.executors.bounded_executor import RETRY_AFTER_SECONDS, BoundedExecutor
from dressform.executors.child_process import ChildFailedError
from dressform.executors.process_executor import ProcessExecutor

# A hash takes about 25 ms of a core, a validation at most 0.1 s: no call waits for more than about
# two seconds.
MAX_QUEUED_PER_CORE = 40
MAX_QUEUED_VALIDATIONS = 16
_MAX_VALIDATION_SECONDS = 5.0
_MAX_VALIDATION_MEMORY = 512 * 1024 * 1024

_CONTEXT = CryptContext(
    schemes=["argon2", "scrypt", "bcrypt"],
    deprecated="auto",
    argon2__type="ID",
    argon2__memory_cost=19456,
    argon2__time_cost=2,
    argon2__parallelism=1,
)


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

    `hash` and `verify` raise Unavailable when too many calls are queued. `rules`: which passwords
    the deployment accepts.
    """

    def __init__(self, rules: PasswordRules = DEFAULT_RULES) -> None:
        self.rules = rules
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
        """Return whether a hash was made with other settings than the present ones, or elsewhere."""
        return _CONTEXT.needs_update(hashed)

    def _hash(self, password: str) -> str:
        return _CONTEXT.hash(normalise(password))

    def _matches(self, password: str, hashed: str) -> bool:
        try:
            return any(_CONTEXT.verify(each, hashed) for each in list_secrets(password, hashed))
        except ValueError:  # passlib's UnknownHashError and PasswordSizeError are its kinds
            return False


@cache
def _dummy_hash() -> str:
    return _CONTEXT.hash(secrets.token_urlsafe())


async def validate_password_async(
    password: str,
    *,
    username: str,
    email: str | None = None,
    rules: PasswordRules = DEFAULT_RULES,
    is_registration: bool = False,
) -> str | None:
    """Run `validate_password` in a process. Raise Unavailable when too many calls are queued."""
    validator = _registration_validator if is_registration else _change_validator
    try:
        return await validator.run(_validate, password, username, email, rules)
    except ChildFailedError:
        raise Unavailable(
            reason="the process that scores passwords ended", retry_after=RETRY_AFTER_SECONDS
        ) from None
    except (OSError, FilterFileError):
        raise Unavailable(
            reason="the filter of passwords can't be read", retry_after=RETRY_AFTER_SECONDS
        ) from None


def _validate(password: str, username: str, email: str | None, rules: PasswordRules) -> str | None:
    return validate_password(password, username=username, email=email, rules=rules)
