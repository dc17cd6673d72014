"""The one-time tokens of links in mails."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from dressform.crypto.sealing import DecryptionError, WrappedKey
from dressform.crypto.secrets import new_token, random_id, token_hash
from dressform.db.statements import Row, Statement
from dressform.db.tables import Account, AccountKey, OneTimeToken
from dressform.db.unit_of_work import UnitOfWork
from dressform.policy.periods import start_of_hour
from dressform.repositories.owners import Owner


class TokenPurpose(StrEnum):
    """What a one-time token is for."""

    PASSWORD_RESET = "password-reset"  # noqa: S105  not a password
    EMAIL_CHANGE = "email-change"


@dataclass(frozen=True, slots=True)
class RedeemedToken:
    """The owner of a token, and the address that it was sent to."""

    owner: Owner
    email: str


_NEW_TOKEN = insert(OneTimeToken)
_REPLACED_COLUMNS = ("id", "hash", "created_at", "sealed")
_ISSUE = Statement(
    _NEW_TOKEN.on_conflict_do_update(
        index_elements=["account_id", "purpose"],
        set_={name: _NEW_TOKEN.excluded[name] for name in _REPLACED_COLUMNS},
    ),
    "account_id",
    "purpose",
    *_REPLACED_COLUMNS,
)
_VALID = (
    select(
        OneTimeToken.id,
        OneTimeToken.account_id,
        OneTimeToken.created_at,
        OneTimeToken.sealed,
        AccountKey.key_id,
        AccountKey.wrapped_key,
    )
    .join(Account, Account.id == OneTimeToken.account_id)
    .join(AccountKey, AccountKey.account_id == Account.id)
    .where(OneTimeToken.hash == bindparam("hash"), OneTimeToken.purpose == bindparam("purpose"))
    .where(OneTimeToken.expires_at > bindparam("at"), Account.expires_at > bindparam("at"))
)
_PEEK = Statement(_VALID)
# Lock the account first, as every change of it does: in another order the two would deadlock.
_REDEEM = Statement(_VALID.with_for_update(of=Account))
_REMOVE = Statement(delete(OneTimeToken).where(OneTimeToken.hash == bindparam("hash")))
_REMOVE_ALL = Statement(
    delete(OneTimeToken).where(OneTimeToken.account_id == bindparam("account_id"))
)


class OneTimeTokens:
    """The one-time tokens, at most one per account and purpose."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def issue(self, owner: Owner, purpose: TokenPurpose, *, email: str) -> str:
        """Create a token for `email`. An earlier one of the same purpose becomes invalid."""
        token, token_id = new_token(), random_id()
        hashed, created_at = token_hash(token), start_of_hour(self._uow.now)
        payload = {"email": email, **_bind(purpose, hashed, created_at)}
        await self._uow.connection.execute(
            _ISSUE,
            {
                "account_id": owner.account_id,
                "purpose": purpose,
                "id": token_id,
                "hash": hashed,
                "created_at": created_at,
                "sealed": owner.key.seal(payload, "one_time_token", token_id, 1),
            },
        )
        return token

    async def peek(self, token: str, purpose: TokenPurpose) -> RedeemedToken | None:
        """Return what `redeem` would return now, without using the token up."""
        row = await self._fetch(_PEEK, token, purpose)
        return None if row is None else self._decrypt(row, token, purpose)

    async def redeem(self, token: str, purpose: TokenPurpose) -> RedeemedToken | None:
        """Use a token up. Return None when it is unknown, used or expired."""
        row = await self._fetch(_REDEEM, token, purpose)
        if row is None:
            return None
        deleted = await self._uow.connection.execute(_REMOVE, {"hash": token_hash(token)})
        return self._decrypt(row, token, purpose) if deleted.rowcount else None

    async def _fetch(self, statement: Statement, token: str, purpose: TokenPurpose) -> Row | None:
        params = {"hash": token_hash(token), "purpose": purpose, "at": self._uow.now}
        row: Row | None = await self._uow.connection.fetch_one_or_none(statement, params)
        return row

    def _decrypt(self, row: Row, token: str, purpose: TokenPurpose) -> RedeemedToken | None:
        """Return None for a row that SQL pointed to another token, account, purpose or time."""
        key = self._uow.keyrings.master.unwrap(
            WrappedKey(row.key_id, row.wrapped_key), row.account_id
        )
        try:
            payload = key.open(row.sealed, "one_time_token", row.id, 1)
        except DecryptionError:
            return None
        bound = _bind(purpose, token_hash(token), row.created_at)
        if {**payload, **bound} != payload:
            return None
        return RedeemedToken(Owner(row.account_id, key), payload["email"])

    async def delete_all(self, owner: Owner) -> None:
        """Delete all tokens of an account, so that no link in an earlier mail works."""
        await self._uow.connection.execute(_REMOVE_ALL, {"account_id": owner.account_id})


def _bind(purpose: TokenPurpose, hashed: bytes, created_at: datetime) -> dict[str, str]:
    """Return the columns that are sealed once more, so that SQL can't change them."""
    created = created_at.astimezone(UTC).isoformat()
    return {"purpose": purpose, "hash": hashed.hex(), "created_at": created}
