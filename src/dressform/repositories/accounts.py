"""The accounts: find, create, change and delete them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, or_, select, update

from dressform.crypto.sealing import DataKey, WrappedKey
from dressform.crypto.secrets import new_version
from dressform.db.statements import Row, Statement
from dressform.db.tables import Account, AccountKey, Profile
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import Unauthenticated
from dressform.journal.entries import Deletion, DeletionKind
from dressform.policy.periods import start_of_day, start_of_month
from dressform.repositories.expired_rows import is_deletable
from dressform.repositories.members import member_with_columns
from dressform.repositories.owners import Owner

LengthUnit = Literal["mm", "cm", "in"]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is needed to sign a member in and to write to them."""

    owner: Owner
    version: int
    email: str
    language: str
    password_hash: str
    created_at: datetime
    last_login_at: datetime
    restricted_at: datetime | None
    expires_at: datetime
    warned_at: datetime | None
    unit: LengthUnit = "cm"


NOTICES_RESET: dict[str, None] = {
    "last_notice_days": None,
    "warned_at": None,
    "reactivation_token_hash": None,
}
"""The values after a login: no notice of the next expiry has been given."""


ACCOUNT_COLUMNS = (
    Account.id,
    Account.version,
    Account.sealed,
    Account.created_at,
    Account.last_login_at,
    Account.restricted_at,
    Account.expires_at,
    Account.warned_at,
)
"""The columns that `credentials_of` reads."""

_ALL = select(*ACCOUNT_COLUMNS, AccountKey.key_id, AccountKey.wrapped_key).join(
    AccountKey, AccountKey.account_id == Account.id
)
_AT = bindparam("at", type_=Account.expires_at.type)
_LIVE = _ALL.where(Account.expires_at > _AT)
_NOT_DELETABLE = _ALL.where(~is_deletable(Account.expires_at, _AT))
_IN_GRACE_PERIOD = _NOT_DELETABLE.where(Account.expires_at <= _AT)

_HAS_ID = Account.id == bindparam("account_id")
_HAS_EMAIL = Account.email_index == bindparam("email_index")
_HAS_USERNAME = Account.id.in_(
    select(Profile.account_id).where(Profile.username_index == bindparam("username_index"))
)

MEMBER_AND_ACCOUNT = Statement(member_with_columns(*ACCOUNT_COLUMNS))
_BY_ID = Statement(_LIVE.where(_HAS_ID))
_BY_ID_TO_CHANGE = Statement(_LIVE.where(_HAS_ID).with_for_update(of=Account))
_BY_ID_FOR_SHARE = Statement(
    _LIVE.where(_HAS_ID, Account.version == bindparam("version")).with_for_update(
        read=True, of=Account
    )
)
_BY_EMAIL = Statement(_LIVE.where(_HAS_EMAIL))
_BY_USERNAME = Statement(_LIVE.where(_HAS_USERNAME))
_IN_GRACE_PERIOD_BY_ID = Statement(_IN_GRACE_PERIOD.where(_HAS_ID))
_IN_GRACE_PERIOD_BY_EMAIL = Statement(_IN_GRACE_PERIOD.where(_HAS_EMAIL))
_NOT_DELETABLE_BY_EMAIL = Statement(_NOT_DELETABLE.where(_HAS_EMAIL))
_NOT_DELETABLE_BY_USERNAME = Statement(_NOT_DELETABLE.where(_HAS_USERNAME))

_ADD = Statement(
    insert(Account), "id", "email_index", "created_at", "last_login_at", "version", "sealed"
)
_ADD_KEY = Statement(insert(AccountKey), "account_id", "key_id", "wrapped_key")
_RECORD_LOGIN = Statement(
    update(Account)
    .where(_HAS_ID, ~is_deletable(Account.expires_at, _AT))
    .where(Account.version == bindparam("known_version"))
    .values(last_login_at=bindparam("today"), **NOTICES_RESET)
)
_CHANGE = Statement(update(Account).where(_HAS_ID), "version", "email_index", "sealed")
_RESTRICT = Statement(update(Account).where(_HAS_ID), "restricted_at")
_DELETE_EXPIRED_HOLDER = Statement(
    delete(Account)
    .where(is_deletable(Account.expires_at, _AT), or_(_HAS_EMAIL, _HAS_USERNAME))
    .returning(Account.id)
)
_ERASE = Statement(delete(Account).where(_HAS_ID).returning(Account.id))


class Accounts:
    """The accounts. Unless its name says otherwise a method ignores expired accounts."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._index = uow.keyrings.index

    async def get_by_login(self, login: str) -> Credentials | None:
        """Return an account by username or e-mail address: usernames contain no @."""
        if "@" in login:
            return await self.get_by_email(login)
        return await self._fetch_one(_BY_USERNAME, username_index=self._index.hash_username(login))

    async def get_for_sign_in(self, login: str) -> Credentials | None:
        """Return the account of a login, also one in its grace period."""
        if "@" in login:
            return await self._fetch_one(
                _NOT_DELETABLE_BY_EMAIL, email_index=self._index.hash_email(login)
            )
        return await self._fetch_one(
            _NOT_DELETABLE_BY_USERNAME, username_index=self._index.hash_username(login)
        )

    async def get_by_email(self, email: str) -> Credentials | None:
        """Return the account of an e-mail address."""
        return await self._fetch_one(_BY_EMAIL, email_index=self._index.hash_email(email))

    async def get_by_id(self, account_id: UUID) -> Credentials | None:
        """Return an account."""
        return await self._fetch_one(_BY_ID, account_id=account_id)

    async def get_in_grace_period(self, account_id: UUID) -> Credentials | None:
        """Return an account that has expired and is not deletable yet.

        Only sign-in and its expiry notice may use such an account.
        """
        return await self._fetch_one(_IN_GRACE_PERIOD_BY_ID, account_id=account_id)

    async def get_in_grace_period_by_email(self, email: str) -> Credentials | None:
        """Return an account in its grace period by its e-mail address."""
        return await self._fetch_one(
            _IN_GRACE_PERIOD_BY_EMAIL, email_index=self._index.hash_email(email)
        )

    async def get_for_share(self, account_id: UUID, *, version: int) -> Credentials | None:
        """Return an account if it still has this version. Lock it against changes."""
        return await self._fetch_one(_BY_ID_FOR_SHARE, account_id=account_id, version=version)

    async def get_credentials(self, owner: Owner) -> Credentials:
        """Return the credentials of an owner. Raise Unauthenticated when the account has
        expired.
        """
        found = await self.get_by_id(owner.account_id)
        if found is None:
            raise Unauthenticated
        return found

    async def add(
        self, account_id: UUID, *, email: str, language: str, password_hash: str
    ) -> Owner:
        """Add an account. Raise ConstraintError when the address already has one."""
        owner = Owner(account_id, DataKey.generate())
        wrapped = self._uow.keyrings.master.wrap(owner.key, account_id)
        payload = {"email": email, "language": language, "password_hash": password_hash}
        version = new_version()
        await self._uow.connection.execute(
            _ADD,
            {
                "id": account_id,
                "email_index": self._index.hash_email(email),
                "created_at": start_of_month(self._uow.now),
                "last_login_at": start_of_day(self._uow.now),
                "version": version,
                "sealed": owner.key.seal(payload, "account", account_id, version),
            },
        )
        await self._uow.connection.execute(
            _ADD_KEY,
            {"account_id": account_id, "key_id": wrapped.key_id, "wrapped_key": wrapped.key},
        )
        return owner

    async def record_login(self, credentials: Credentials) -> bool:
        """Record a login. Return False when the account is gone or its password has changed.

        It ends the grace period of an account.
        """
        result = await self._uow.connection.execute(
            _RECORD_LOGIN,
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

        Raise Unauthenticated when the account has expired.
        """
        before = await self._fetch_one(_BY_ID_TO_CHANGE, account_id=owner.account_id)
        if before is None:
            raise Unauthenticated
        payload = {
            "email": before.email,
            "language": before.language,
            "password_hash": before.password_hash,
            "unit": before.unit,
        } | changes
        version = new_version()
        await self._uow.connection.execute(
            _CHANGE,
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
            _RESTRICT, {"account_id": owner.account_id, "restricted_at": restricted_at}
        )

    async def delete_expired_holder(self, *, email: str, username: str = "") -> None:
        """Delete the expired account that still holds this email or username.

        The worker may be late, and both must be free again as soon as the account expires.
        """
        await self._delete_journaled(
            _DELETE_EXPIRED_HOLDER,
            at=self._uow.now,
            email_index=self._index.hash_email(email),
            username_index=self._index.hash_username(username),
        )

    async def delete(self, owner: Owner) -> None:
        """Delete an account with everything that belongs to it, including its key."""
        await self._delete_journaled(_ERASE, account_id=owner.account_id)

    async def _delete_journaled(self, statement: Statement, **values: Any) -> None:
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


def decrypt_credentials(row: Row, owner: Owner) -> Credentials:
    """Decrypt the credentials of a row of the account."""
    return Credentials(
        owner=owner,
        version=row.version,
        created_at=row.created_at,
        last_login_at=row.last_login_at,
        restricted_at=row.restricted_at,
        expires_at=row.expires_at,
        warned_at=row.warned_at,
        **owner.key.open(row.sealed, "account", row.id, row.version),
    )
