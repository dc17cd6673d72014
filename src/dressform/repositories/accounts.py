from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, delete, insert, or_, select, update

from dressform.crypto.sealing import DataKey, Wrapped
from dressform.crypto.secrets import new_version
from dressform.database import Unit
from dressform.errors import NotSignedIn
from dressform.journal.entries import Deletion, Kind
from dressform.repositories.endings import is_over
from dressform.repositories.owners import Owner
from dressform.tables import Account, AccountKey, Profile
from dressform.windows import start_of_day, start_of_month

LengthUnit = Literal["mm", "cm", "in"]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signing in and contacting a member takes."""

    owner: Owner
    version: int
    email: str
    language: str
    password_hash: str
    created_at: datetime
    last_login_at: datetime
    restricted_at: datetime | None
    ends_at: datetime
    warned_at: datetime | None
    unit: LengthUnit = "cm"


UNWARNED: dict[str, None] = {"warned_days": None, "warned_at": None, "reopening_hash": None}
"""Who comes back was not warned yet of the next end."""


class Accounts:
    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._index = unit.vault.index

    async def by_login(self, login: str) -> Credentials | None:
        """By username or e-mail address: no username has an @."""
        return await self._one(self._with_login(self._alive(), login))

    async def find_for_sign_in(self, login: str) -> Credentials | None:
        """Return what `by_login` does, and also an account that waits past its window."""
        return await self._one(self._with_login(self._remaining(), login))

    async def by_email(self, email: str) -> Credentials | None:
        return await self._one(self._alive().where(Account.email_index == self._index.email(email)))

    async def by_id(self, account_id: UUID) -> Credentials | None:
        return await self._one(self._alive().where(Account.id == account_id))

    async def locked(self, account_id: UUID) -> Credentials | None:
        """One that is past its window and not over yet: to be warned, and for no reader but sign-in."""
        return await self._one(self._locked().where(Account.id == account_id))

    async def locked_by_email(self, email: str) -> Credentials | None:
        return await self._one(
            self._locked().where(Account.email_index == self._index.email(email))
        )

    async def held(self, account_id: UUID, *, version: int) -> Credentials | None:
        """Still as it was at `version`, and unchanged until the transaction ends."""
        query = self._alive().where(Account.id == account_id, Account.version == version)
        return await self._one(query.with_for_update(read=True, of=Account))

    async def credentials(self, owner: Owner) -> Credentials:
        """Raises NotSignedIn when the account has ended meanwhile."""
        found = await self.by_id(owner.account_id)
        if found is None:
            raise NotSignedIn
        return found

    async def add(
        self, account_id: UUID, *, email: str, language: str, password_hash: str
    ) -> Owner:
        """IntegrityError when the address has an account already."""
        owner = Owner(account_id, DataKey.new())
        wrapped = self._unit.vault.master.wrap(owner.key, account_id)
        payload = {"email": email, "language": language, "password_hash": password_hash}
        version = new_version()
        await self._unit.connection.execute(
            insert(Account).values(
                id=account_id,
                email_index=self._index.email(email),
                created_at=start_of_month(self._unit.at),
                last_login_at=start_of_day(self._unit.at),
                version=version,
                sealed=owner.key.seal(payload, "account", account_id, version),
            )
        )
        await self._unit.connection.execute(
            insert(AccountKey).values(
                account_id=account_id, key_id=wrapped.key_id, wrapped_key=wrapped.key
            )
        )
        return owner

    async def logged_in(self, credentials: Credentials) -> bool:
        """Count the login. False when the account is over or its password changed meanwhile.

        An account that waits past its window is open again from then on.
        """
        result = await self._unit.connection.execute(
            update(Account)
            .where(Account.id == credentials.owner.account_id)
            .where(~is_over(Account.ends_at, self._unit.at))
            .where(Account.version == credentials.version)
            .values(last_login_at=start_of_day(self._unit.at), **UNWARNED)
            .returning(Account.id)
        )
        return result.one_or_none() is not None

    async def change(self, owner: Owner, **changes: str) -> Credentials:
        """Set email, language, unit or password_hash; answers what stood there before.

        Raises NotSignedIn when the account has ended meanwhile.
        """
        query = self._alive().where(Account.id == owner.account_id).with_for_update(of=Account)
        before = await self._one(query)
        if before is None:
            raise NotSignedIn
        payload = {
            "email": before.email,
            "language": before.language,
            "password_hash": before.password_hash,
            "unit": before.unit,
        } | changes
        version = new_version()
        await self._unit.connection.execute(
            update(Account)
            .where(Account.id == owner.account_id)
            .values(
                version=version,
                email_index=self._index.email(payload["email"]),
                sealed=owner.key.seal(payload, "account", owner.account_id, version),
            )
        )
        return before

    async def restrict(self, owner: Owner, *, restricted: bool) -> None:
        await self._unit.connection.execute(
            update(Account)
            .where(Account.id == owner.account_id)
            .values(restricted_at=start_of_day(self._unit.at) if restricted else None)
        )

    async def end_due(self, *, email: str, username: str = "") -> None:
        """One that is over may still be there, and would keep both if the worker is late."""
        named = select(Profile.account_id).where(
            Profile.username_index == self._index.username(username)
        )
        await self._delete(
            is_over(Account.ends_at, self._unit.at),
            or_(Account.email_index == self._index.email(email), Account.id.in_(named)),
        )

    async def erase(self, owner: Owner) -> None:
        """Everything of the account goes with it, its key included."""
        await self._delete(Account.id == owner.account_id)

    async def _delete(self, *which: ColumnElement[bool]) -> None:
        gone = await self._unit.connection.scalars(
            delete(Account).where(*which).returning(Account.id)
        )
        self._unit.deletions.extend(Deletion(Kind.ACCOUNT, each) for each in gone)

    def _alive(self) -> Select[*tuple[Any, ...]]:
        return self._all().where(Account.ends_at > self._unit.at)

    def _remaining(self) -> Select[*tuple[Any, ...]]:
        return self._all().where(~is_over(Account.ends_at, self._unit.at))

    def _locked(self) -> Select[*tuple[Any, ...]]:
        return self._remaining().where(Account.ends_at <= self._unit.at)

    def _with_login(self, query: Select[*tuple[Any, ...]], login: str) -> Select[*tuple[Any, ...]]:
        if "@" in login:
            return query.where(Account.email_index == self._index.email(login))
        named = query.join(Profile, Profile.account_id == Account.id)
        return named.where(Profile.username_index == self._index.username(login))

    def _all(self) -> Select[*tuple[Any, ...]]:
        return select(
            Account.id,
            Account.version,
            Account.sealed,
            Account.created_at,
            Account.last_login_at,
            Account.restricted_at,
            Account.ends_at,
            Account.warned_at,
            AccountKey.key_id,
            AccountKey.wrapped_key,
        ).join(AccountKey, AccountKey.account_id == Account.id)

    async def _one(self, query: Select[*tuple[Any, ...]]) -> Credentials | None:
        row = (await self._unit.connection.execute(query)).one_or_none()
        return None if row is None else self._opened(row)

    def _opened(self, row: Row[Any]) -> Credentials:
        key = self._unit.vault.master.unwrap(Wrapped(row.key_id, row.wrapped_key), row.id)
        return Credentials(
            owner=Owner(row.id, key),
            version=row.version,
            created_at=row.created_at,
            last_login_at=row.last_login_at,
            restricted_at=row.restricted_at,
            ends_at=row.ends_at,
            warned_at=row.warned_at,
            **key.open(row.sealed, "account", row.id, row.version),
        )
