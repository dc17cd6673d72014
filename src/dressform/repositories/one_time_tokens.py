from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from dressform.crypto.sealing import Wrapped
from dressform.crypto.secrets import new_id, new_token, token_hash
from dressform.database import Unit
from dressform.repositories.accounts import Owner
from dressform.tables import Account, AccountKey, OneTimeToken


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
        token, token_id = new_token(), new_id()
        sealed = owner.key.seal({"email": email}, "one_time_token", token_id, 1)
        fresh = {
            "id": token_id,
            "hash": token_hash(token),
            "created_at": self._unit.at,
            "sealed": sealed,
        }
        await self._unit.connection.execute(
            insert(OneTimeToken)
            .values(account_id=owner.account_id, purpose=purpose, **fresh)
            .on_conflict_do_update(index_elements=["account_id", "purpose"], set_=fresh)
        )
        return token

    async def redeem(self, token: str, purpose: Purpose) -> Redeemed | None:
        """Once and in time, or nothing."""
        used = (
            delete(OneTimeToken)
            .where(OneTimeToken.hash == token_hash(token), OneTimeToken.purpose == purpose)
            .where(OneTimeToken.ends_at > self._unit.at)
            .where(OneTimeToken.account_id == Account.id, Account.ends_at > self._unit.at)
            .where(AccountKey.account_id == Account.id)
            .returning(
                OneTimeToken.id,
                OneTimeToken.account_id,
                OneTimeToken.sealed,
                AccountKey.key_id,
                AccountKey.wrapped_key,
            )
        )
        row = (await self._unit.connection.execute(used)).one_or_none()
        if row is None:
            return None
        key = self._unit.vault.master.unwrap(Wrapped(row.key_id, row.wrapped_key), row.account_id)
        payload = key.open(row.sealed, "one_time_token", row.id, 1)
        return Redeemed(Owner(row.account_id, key), payload["email"])

    async def forget(self, owner: Owner) -> None:
        """No link that was mailed before works any longer."""
        await self._unit.connection.execute(
            delete(OneTimeToken).where(OneTimeToken.account_id == owner.account_id)
        )
