"""The registrations whose address is not confirmed yet."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from dressform.crypto.keyrings import RowEncryption
from dressform.crypto.secrets import random_id, token_hash
from dressform.db.statements import Row, Statement
from dressform.db.unit_of_work import UnitOfWork
from dressform.policy.periods import start_of_day
from dressform.repositories.owners import Owner
from dressform.repositories.sign_up_statements import (
    ADD,
    BY_EMAIL,
    BY_EMAIL_TO_READ,
    BY_ID,
    BY_TOKEN,
    DELETE_ALL,
    DELETE_OLDEST,
    GIVE_UP_USERNAME,
    HAS_CONFIRMED_LINK,
    REPLACE_BY_LINKS,
    SET_TOKEN,
)
from dressform.repositories.unique_hashes import lock_email


@dataclass(frozen=True, slots=True)
class PendingSignUp:
    """A registration whose address is not confirmed yet."""

    id: UUID
    email: str
    username: str
    language: str
    password_hash: str

    def to_payload(self) -> dict[str, str]:
        """Return the values that are sealed."""
        return {
            "email": self.email,
            "username": self.username,
            "language": self.language,
            "password_hash": self.password_hash,
        }


class SignUps:
    """The pending registrations. They block no name and no address: who confirms first has both."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._index = uow.keyrings.index
        self._encryption = RowEncryption(uow.keyrings, "sign_up")

    async def add(self, *, email: str, username: str, language: str, password_hash: str) -> UUID:
        """Add a registration. At the limit of its address it deletes the oldest one."""
        sign_up_id = random_id()
        waiting = PendingSignUp(sign_up_id, email, username, language, password_hash)
        await lock_email(self._uow, email)
        await self._uow.connection.execute(
            ADD,
            {
                "id": sign_up_id,
                "email_index": self._index.hash_email(email),
                **self._of_email(email),
                "username_index": self._index.hash_username(username),
                "created_at": start_of_day(self._uow.now),
                **self._encryption.seal(waiting.to_payload(), sign_up_id),
            },
        )
        await self._uow.connection.execute(DELETE_OLDEST, self._of_email(email))
        return sign_up_id

    async def list_by_token(self, token: str) -> list[PendingSignUp]:
        """Return the registrations of the address to which a token was mailed, newest first."""
        hashed = token_hash(token)
        found = await self._list(BY_TOKEN, sealed_hash=hashed.hex(), hash=hashed)
        return await self._list(BY_EMAIL_TO_READ, **self._of_email(found[0].email)) if found else []

    async def get_latest_by_email(self, email: str) -> PendingSignUp | None:
        """Return the latest registration of an address. Lock its row."""
        return _first(await self._list(BY_EMAIL, **self._of_email(email)))

    async def get_by_id(self, sign_up_id: UUID) -> PendingSignUp | None:
        """Return a registration. Lock its row."""
        return _first(await self._list(BY_ID, sign_up_id=sign_up_id))

    async def set_token(self, waiting: PendingSignUp, token: str) -> None:
        """Set the token of the mailed link. Its hash is sealed as well, which SQL can't change."""
        hashed = token_hash(token)
        payload = waiting.to_payload() | {"token_hash": hashed.hex()}
        sealed = self._encryption.seal(payload, waiting.id)
        await self._uow.connection.execute(
            SET_TOKEN, {"sign_up_id": waiting.id, "token_hash": hashed, **sealed}
        )

    async def give_up_username(self, username: str, *, limit: int) -> list[PendingSignUp]:
        """Return registrations that wait with a username which a member has now, each only once."""
        rows = await self._uow.connection.execute(
            GIVE_UP_USERNAME,
            {
                "username_hashes": self._index.list_username_hashes(username),
                "at": self._uow.now,
                "limit": limit,
            },
        )
        return [self._decrypt(row) for row in rows]

    async def delete_all(self, email: str) -> None:
        """Delete the registrations of an address."""
        await self._uow.connection.execute(DELETE_ALL, self._of_email(email))

    async def replace_by_links(self, owner: Owner, email: str) -> None:
        """Delete the registrations of an address that has an account now.

        The hashes of their links are kept for the rest of their seven days.
        """
        values = self._of_email(email) | {"account_id": owner.account_id}
        await self._uow.connection.execute(REPLACE_BY_LINKS, values)

    async def is_confirmed(self, token: str) -> bool:
        """Return whether the address to which a token was mailed has been confirmed since."""
        values = {"hash": token_hash(token), "at": self._uow.now}
        return await self._uow.connection.scalar(HAS_CONFIRMED_LINK, values) is not None

    def _of_email(self, email: str) -> dict[str, Any]:
        return {"email_hashes": self._index.list_email_hashes(email)}

    async def _list(
        self, statement: Statement, *, sealed_hash: str | None = None, **values: object
    ) -> list[PendingSignUp]:
        """Return registrations whose sealed hash of a token is this one, or any without."""
        rows = await self._uow.connection.execute(statement, values | {"at": self._uow.now})
        return [
            self._decrypt(row)
            for row in rows
            if sealed_hash is None or self._encryption.open(row).get("token_hash") == sealed_hash
        ]

    def _decrypt(self, row: Row) -> PendingSignUp:
        payload = self._encryption.open(row)
        payload.pop("token_hash", None)
        return PendingSignUp(id=row.id, **payload)


def _first(found: list[PendingSignUp]) -> PendingSignUp | None:
    return found[0] if found else None
