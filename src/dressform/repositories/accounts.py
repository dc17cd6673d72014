"""The accounts: find, create, change and delete them."""

from typing import Any
from uuid import UUID

from dressform.crypto.sealing import WrappedKey
from dressform.crypto.secrets import new_version
from dressform.db.statements import Statement
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import Unauthenticated
from dressform.journal.entries import Deletion, DeletionKind
from dressform.policy.periods import start_of_day
from dressform.repositories.account_statements import (
    BY_EMAIL,
    BY_ID,
    BY_ID_FOR_SHARE,
    BY_ID_TO_CHANGE,
    BY_USERNAME,
    CHANGE,
    DELETE_EXPIRED_HOLDER,
    ERASE,
    IN_GRACE_PERIOD_BY_EMAIL,
    IN_GRACE_PERIOD_BY_ID,
    NOT_DELETABLE_BY_EMAIL,
    NOT_DELETABLE_BY_USERNAME,
    RECORD_LOGIN,
    RESTRICT,
)
from dressform.repositories.credentials import Credentials, decrypt_credentials
from dressform.repositories.new_accounts import insert_account
from dressform.repositories.owners import Owner
from dressform.repositories.unique_hashes import check_email_is_free


class Accounts:
    """The accounts. Unless its name says otherwise a method ignores expired accounts."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._index = uow.keyrings.index

    async def get_by_login(self, login: str) -> Credentials | None:
        """Return an account by username or e-mail address: usernames contain no @."""
        if "@" in login:
            return await self.get_by_email(login)
        return await self._fetch_one(
            BY_USERNAME, username_hashes=self._index.list_username_hashes(login)
        )

    async def get_for_sign_in(self, login: str) -> Credentials | None:
        """Return the account of a login, also one in its grace period."""
        if "@" in login:
            return await self._fetch_one(
                NOT_DELETABLE_BY_EMAIL, email_hashes=self._index.list_email_hashes(login)
            )
        return await self._fetch_one(
            NOT_DELETABLE_BY_USERNAME, username_hashes=self._index.list_username_hashes(login)
        )

    async def get_by_email(self, email: str) -> Credentials | None:
        """Return the account of an e-mail address."""
        return await self._fetch_one(BY_EMAIL, email_hashes=self._index.list_email_hashes(email))

    async def get_by_id(self, account_id: UUID) -> Credentials | None:
        """Return an account."""
        return await self._fetch_one(BY_ID, account_id=account_id)

    async def get_in_grace_period(self, account_id: UUID) -> Credentials | None:
        """Return an account that has expired and is not deletable yet.

        Only sign-in and its expiry notice may use such an account.
        """
        return await self._fetch_one(IN_GRACE_PERIOD_BY_ID, account_id=account_id)

    async def get_in_grace_period_by_email(self, email: str) -> Credentials | None:
        """Return an account in its grace period by its e-mail address."""
        return await self._fetch_one(
            IN_GRACE_PERIOD_BY_EMAIL, email_hashes=self._index.list_email_hashes(email)
        )

    async def get_for_share(self, account_id: UUID, *, version: int) -> Credentials | None:
        """Return an account if it still has this version. Lock it against changes."""
        return await self._fetch_one(BY_ID_FOR_SHARE, account_id=account_id, version=version)

    async def get_credentials(self, owner: Owner) -> Credentials:
        """Return the credentials of an owner. Raise Unauthenticated for an expired account."""
        found = await self.get_by_id(owner.account_id)
        if found is None:
            raise Unauthenticated
        return found

    async def add(
        self, account_id: UUID, *, email: str, language: str, password_hash: str
    ) -> Owner:
        """Add an account. Raise ConstraintError when the address already has one."""
        payload = {"email": email, "language": language, "password_hash": password_hash}
        now = self._uow.now
        return await insert_account(
            self._uow, account_id, payload, created_at=now, last_login_at=now
        )

    async def record_login(self, credentials: Credentials) -> bool:
        """Record a login. Return False when the account is gone or its password has changed.

        It ends the grace period of an account.
        """
        result = await self._uow.connection.execute(
            RECORD_LOGIN,
            {
                "account_id": credentials.owner.account_id,
                "known_version": credentials.version,
                "at": self._uow.now,
                "today": start_of_day(self._uow.now),
            },
        )
        return result.rowcount > 0

    async def change(self, owner: Owner, **changes: str) -> Credentials:
        """Set email, language, unit or password_hash. Return the previous values.

        Raise Unauthenticated when the account has expired, and ConstraintError when the address has
        another account.
        """
        before = await self._fetch_one(BY_ID_TO_CHANGE, account_id=owner.account_id)
        if before is None:
            raise Unauthenticated
        if "email" in changes:
            await check_email_is_free(self._uow, changes["email"], owner.account_id)
        payload = {
            "email": before.email,
            "language": before.language,
            "password_hash": before.password_hash,
            "unit": before.unit,
        } | changes
        version = new_version()
        await self._uow.connection.execute(
            CHANGE,
            {
                "account_id": owner.account_id,
                "version": version,
                "email_index": self._index.hash_email(payload["email"]),
                "sealed": owner.key.seal(payload, "account", owner.account_id, version),
            },
        )
        return before

    async def restrict(self, owner: Owner, *, restricted: bool) -> None:
        """Restrict an account, or lift its restriction."""
        restricted_at = start_of_day(self._uow.now) if restricted else None
        await self._uow.connection.execute(
            RESTRICT, {"account_id": owner.account_id, "restricted_at": restricted_at}
        )

    async def delete_expired_holder(self, *, email: str, username: str = "") -> None:
        """Delete the expired account that still holds this email or username: the worker may be late.

        The address is free as soon as the account expires. The name is held, as every former one.
        """
        await self._delete_journaled(
            DELETE_EXPIRED_HOLDER,
            at=self._uow.now,
            email_hashes=self._index.list_email_hashes(email),
            username_hashes=self._index.list_username_hashes(username),
        )

    async def delete(self, owner: Owner) -> None:
        """Delete an account with everything that belongs to it, including its key. Hold its name."""
        await self._delete_journaled(ERASE, account_id=owner.account_id)

    async def _delete_journaled(self, statement: Statement, **values: Any) -> None:
        values["released_at"] = start_of_day(self._uow.now)
        gone = await self._uow.connection.scalars(statement, values)
        self._uow.deletions.extend(Deletion(DeletionKind.ACCOUNT, each) for each in gone)

    async def _fetch_one(self, statement: Statement, **values: Any) -> Credentials | None:
        row = await self._uow.connection.fetch_one_or_none(
            statement, values | {"at": self._uow.now}
        )
        if row is None:
            return None
        key = self._uow.keyrings.master.unwrap(WrappedKey(row.key_id, row.wrapped_key), row.id)
        return decrypt_credentials(row, Owner(row.id, key))
