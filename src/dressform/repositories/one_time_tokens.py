from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, delete, select
from sqlalchemy.dialects.postgresql import insert

from dressform.crypto.sealing import Wrapped
from dressform.crypto.secrets import new_token, random_id, token_hash
from dressform.database import Unit
from dressform.repositories.owners import Owner
from dressform.tables import Account, AccountKey, OneTimeToken
from dressform.windows import start_of_hour


class Purpose(StrEnum):
    PASSWORD_RESET = "password-reset"  # noqa: S105  not a password
    EMAIL_CHANGE = "email-change"


@dataclass(frozen=True, slots=True)
class Redeemed:
    """Whose link it was, and the address it had been sent to."""

    owner: Owner
    email: str


class OneTimeTokens:
    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    async def issue(self, owner: Owner, purpose: Purpose, *, email: str) -> str:
        """A fresh link to `email`; an earlier one of the same purpose stops working."""
        token, token_id = new_token(), random_id()
        sealed = owner.key.seal({"email": email}, "one_time_token", token_id, 1)
        fresh = {
            "id": token_id,
            "hash": token_hash(token),
            "created_at": start_of_hour(self._unit.at),
            "sealed": sealed,
        }
        await self._unit.connection.execute(
            insert(OneTimeToken)
            .values(account_id=owner.account_id, purpose=purpose, **fresh)
            .on_conflict_do_update(index_elements=["account_id", "purpose"], set_=fresh)
        )
        return token

    async def look_at(self, token: str, purpose: Purpose) -> Redeemed | None:
        """What `redeem` would give now; the token can still be used."""
        row = (await self._unit.connection.execute(self._good(token, purpose))).one_or_none()
        return None if row is None else self._opened(row)

    async def redeem(self, token: str, purpose: Purpose) -> Redeemed | None:
        """Once and in time, or nothing."""
        # The account first, as whatever changes it does: in another order the two would deadlock.
        query = self._good(token, purpose).with_for_update(of=Account)
        row = (await self._unit.connection.execute(query)).one_or_none()
        if row is None:
            return None
        used = delete(OneTimeToken).where(OneTimeToken.hash == token_hash(token))
        deleted = await self._unit.connection.execute(used)
        return self._opened(row) if deleted.rowcount else None

    def _good(self, token: str, purpose: Purpose) -> Select[*tuple[Any, ...]]:
        return (
            select(
                OneTimeToken.id,
                OneTimeToken.account_id,
                OneTimeToken.sealed,
                AccountKey.key_id,
                AccountKey.wrapped_key,
            )
            .join(Account, Account.id == OneTimeToken.account_id)
            .join(AccountKey, AccountKey.account_id == Account.id)
            .where(OneTimeToken.hash == token_hash(token), OneTimeToken.purpose == purpose)
            .where(OneTimeToken.ends_at > self._unit.at, Account.ends_at > self._unit.at)
        )

    def _opened(self, row: Row[Any]) -> Redeemed:
        key = self._unit.vault.master.unwrap(Wrapped(row.key_id, row.wrapped_key), row.account_id)
        payload = key.open(row.sealed, "one_time_token", row.id, 1)
        return Redeemed(Owner(row.account_id, key), payload["email"])

    async def forget(self, owner: Owner) -> None:
        """No link that was mailed before works any longer."""
        await self._unit.connection.execute(
            delete(OneTimeToken).where(OneTimeToken.account_id == owner.account_id)
        )
