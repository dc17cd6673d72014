"""The one-time tokens of links in mails."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import and_, bindparam, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from dressform.crypto.sealing import DecryptionError, WrappedKey
from dressform.crypto.secrets import new_token, random_id, token_hash
from dressform.db.statements import Row, Statement
from dressform.db.tables import Account, AccountKey, OneTimeToken
from dressform.db.unit_of_work import UnitOfWork
from dressform.policy.periods import start_of_hour
from dressform.repositories.account_statements import AT
from dressform.repositories.expired_rows import is_deletable
from dressform.repositories.owners import Owner


class TokenPurpose(StrEnum):
    """What a one-time token is for."""

    PASSWORD_RESET = "password-reset"  # noqa: S105  not a password
    EMAIL_CHANGE = "email-change"
    SIGN_IN = "sign-in"


MAX_TRIES = 5
"""A code may be tried this often, the right one included."""


@dataclass(frozen=True, slots=True)
class RedeemedToken:
    """The owner of a token, the address that it was sent to, and the code beside it if any."""

    owner: Owner
    email: str
    code: str = field(default="", repr=False)


_NEW_TOKEN = insert(OneTimeToken)
_REPLACED_COLUMNS = ("id", "hash", "created_at", "sealed")
_ISSUE = Statement(
    _NEW_TOKEN.on_conflict_do_update(
        index_elements=["account_id", "purpose", "request_hash"],
        set_={name: _NEW_TOKEN.excluded[name] for name in _REPLACED_COLUMNS},
    ),
    "account_id",
    "purpose",
    "request_hash",
    *_REPLACED_COLUMNS,
)
# An account in its grace period can be signed in to, and only that.
_ACCOUNT_IS_LIVE = or_(
    Account.expires_at > AT,
    and_(OneTimeToken.purpose == TokenPurpose.SIGN_IN, ~is_deletable(Account.expires_at, AT)),
)
_VALID = (
    select(
        OneTimeToken.id,
        OneTimeToken.account_id,
        OneTimeToken.request_hash,
        OneTimeToken.created_at,
        OneTimeToken.sealed,
        AccountKey.key_id,
        AccountKey.wrapped_key,
    )
    .join(Account, Account.id == OneTimeToken.account_id)
    .join(AccountKey, AccountKey.account_id == Account.id)
    .where(OneTimeToken.hash == bindparam("hash"), OneTimeToken.purpose == bindparam("purpose"))
    .where(OneTimeToken.expires_at > AT, _ACCOUNT_IS_LIVE)
)
_PEEK = Statement(_VALID)
# Lock the account first, as every change of it does: in another order the two would deadlock.
_REDEEM = Statement(_VALID.with_for_update(of=Account))
# The count and its limit are one statement, so that codes tried at once can't exceed the limit.
_COUNT_TRY = Statement(
    update(OneTimeToken)
    .where(OneTimeToken.request_hash == bindparam("request_hash"))
    .where(OneTimeToken.purpose == TokenPurpose.SIGN_IN, OneTimeToken.tries < MAX_TRIES)
    .where(OneTimeToken.expires_at > AT)
    .values(tries=OneTimeToken.tries + 1)
    .returning(OneTimeToken.hash)
)
_REMOVE = Statement(delete(OneTimeToken).where(OneTimeToken.hash == bindparam("hash")))
_REMOVE_ALL = Statement(
    delete(OneTimeToken).where(OneTimeToken.account_id == bindparam("account_id"))
)


class OneTimeTokens:
    """The one-time tokens, at most one per account and purpose, or per request to sign in."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def issue(
        self,
        owner: Owner,
        purpose: TokenPurpose,
        *,
        email: str,
        request_hash: bytes = b"",
        code: str = "",
    ) -> str:
        """Create a token for `email`. An earlier one of the same purpose becomes invalid.

        With a `request_hash` only an earlier one of the same request does: others may ask for the
        same account. Tries that were counted stay counted.
        """
        token, token_id = new_token(), random_id()
        hashed, created_at = token_hash(token), start_of_hour(self._uow.now)
        payload = {"email": email, **_bind(purpose, hashed, request_hash, created_at)}
        if code:
            payload["code"] = code
        await self._uow.connection.execute(
            _ISSUE,
            {
                "account_id": owner.account_id,
                "purpose": purpose,
                "request_hash": request_hash,
                "id": token_id,
                "hash": hashed,
                "created_at": created_at,
                "sealed": owner.key.seal(payload, "one_time_token", token_id, 1),
            },
        )
        return token

    async def peek(self, token: str, purpose: TokenPurpose) -> RedeemedToken | None:
        """Return what `redeem` would return now, without using the token up."""
        return await self.peek_hash(token_hash(token), purpose)

    async def peek_hash(self, hashed: bytes, purpose: TokenPurpose) -> RedeemedToken | None:
        """Return what `redeem_hash` would return now, without using the token up."""
        row = await self._fetch(_PEEK, hashed, purpose)
        return None if row is None else self._decrypt(row, hashed, purpose)

    async def redeem(self, token: str, purpose: TokenPurpose) -> RedeemedToken | None:
        """Use a token up. Return None when it is unknown, used or expired."""
        return await self.redeem_hash(token_hash(token), purpose)

    async def redeem_hash(self, hashed: bytes, purpose: TokenPurpose) -> RedeemedToken | None:
        """Use up the token of a hash that was found by its request."""
        row = await self._fetch(_REDEEM, hashed, purpose)
        if row is None:
            return None
        deleted = await self._uow.connection.execute(_REMOVE, {"hash": hashed})
        return self._decrypt(row, hashed, purpose) if deleted.rowcount else None

    async def count_try(self, request_hash: bytes) -> bytes | None:
        """Count a try of the code of a request. Return the hash of the token beside the code.

        Return None for an unknown request, and when there were too many tries.
        """
        hashed: bytes | None = await self._uow.connection.scalar(
            _COUNT_TRY, {"request_hash": request_hash, "at": self._uow.now}
        )
        return hashed

    async def _fetch(
        self, statement: Statement, hashed: bytes, purpose: TokenPurpose
    ) -> Row | None:
        params = {"hash": hashed, "purpose": purpose, "at": self._uow.now}
        row: Row | None = await self._uow.connection.fetch_one_or_none(statement, params)
        return row

    def _decrypt(self, row: Row, hashed: bytes, purpose: TokenPurpose) -> RedeemedToken | None:
        """Return None for a row that SQL pointed to another token, account, purpose or time."""
        key = self._uow.keyrings.master.unwrap(
            WrappedKey(row.key_id, row.wrapped_key), row.account_id
        )
        try:
            payload = key.open(row.sealed, "one_time_token", row.id, 1)
        except DecryptionError:
            return None
        bound = _bind(purpose, hashed, row.request_hash, row.created_at)
        if {**payload, **bound} != payload:
            return None
        return RedeemedToken(Owner(row.account_id, key), payload["email"], payload.get("code", ""))

    async def delete_all(self, owner: Owner) -> None:
        """Delete all tokens of an account, so that no link in an earlier mail works."""
        await self._uow.connection.execute(_REMOVE_ALL, {"account_id": owner.account_id})


def _bind(
    purpose: TokenPurpose, hashed: bytes, request_hash: bytes, created_at: datetime
) -> dict[str, str]:
    """Return the columns that are sealed once more, so that SQL can't change them."""
    created = created_at.astimezone(UTC).isoformat()
    bound = {"purpose": str(purpose), "hash": hashed.hex(), "created_at": created}
    return bound | ({"request_hash": request_hash.hex()} if request_hash else {})
