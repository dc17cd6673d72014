from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from dressform.crypto.secrets import random_id, token_hash
from dressform.crypto.vault import Keyed
from dressform.database import Unit
from dressform.tables import Account, Profile, SignUp
from dressform.windows import start_of_day


@dataclass(frozen=True, slots=True)
class Waiting:
    """A registration that waits for its address to be confirmed."""

    id: UUID
    email: str
    username: str
    language: str
    password_hash: str


class SignUps:
    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._index = unit.vault.index
        self._keyed = Keyed(unit.vault, "sign_up")

    async def username_is_free(self, username: str) -> bool:
        """Among members and those who wait; held until the transaction ends."""
        index = self._index.username(username)
        lock = int.from_bytes(index[:8], signed=True)
        await self._unit.connection.execute(select(func.pg_advisory_xact_lock(lock)))
        member = (
            select(Profile.account_id)
            .join(Account, Account.id == Profile.account_id)
            .where(Profile.username_index == index, Account.ends_at > self._unit.at)
        )
        waiting = select(SignUp.id).where(
            SignUp.username_index == index, SignUp.ends_at > self._unit.at
        )
        found = await self._unit.connection.execute(member.union_all(waiting).limit(1))
        return found.one_or_none() is None

    async def add(self, *, email: str, username: str, language: str, password_hash: str) -> UUID:
        """The name must have been found free in the same transaction."""
        sign_up_id = random_id()
        email_index, username_index = self._index.email(email), self._index.username(username)
        # One that ran out may still be there, and would keep its name if the worker is late.
        await self._unit.connection.execute(
            delete(SignUp).where(SignUp.username_index == username_index)
        )
        payload = {
            "email": email,
            "username": username,
            "language": language,
            "password_hash": password_hash,
        }
        await self._unit.connection.execute(
            insert(SignUp).values(
                id=sign_up_id,
                email_index=email_index,
                username_index=username_index,
                created_at=start_of_day(self._unit.at),
                number=select(func.coalesce(func.max(SignUp.number), 0) + 1)
                .where(SignUp.email_index == email_index)
                .scalar_subquery(),
                **self._keyed.seal(payload, sign_up_id),
            )
        )
        return sign_up_id

    async def by_token(self, token: str) -> Waiting | None:
        return await self._first(SignUp.token_hash == token_hash(token))

    async def latest_for(self, email: str) -> Waiting | None:
        return await self._first(SignUp.email_index == self._index.email(email))

    async def by_id(self, sign_up_id: UUID) -> Waiting | None:
        return await self._first(SignUp.id == sign_up_id)

    async def give_token(self, sign_up_id: UUID, token: str) -> None:
        await self._unit.connection.execute(
            update(SignUp).where(SignUp.id == sign_up_id).values(token_hash=token_hash(token))
        )

    async def remove(self, sign_up_id: UUID) -> None:
        await self._unit.connection.execute(delete(SignUp).where(SignUp.id == sign_up_id))

    async def _first(self, condition: ColumnElement[bool]) -> Waiting | None:
        columns: Any = (SignUp.id, SignUp.key_id, SignUp.wrapped_key, SignUp.sealed)
        query = (
            select(*columns)
            .where(condition, SignUp.ends_at > self._unit.at)
            .order_by(SignUp.number.desc())
            .limit(1)
            .with_for_update()
        )
        row = (await self._unit.connection.execute(query)).one_or_none()
        return None if row is None else Waiting(id=row.id, **self._keyed.open(row))
