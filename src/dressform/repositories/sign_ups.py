"""The registrations whose address is not confirmed yet."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    LargeBinary,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from dressform.crypto.keyrings import RowEncryption
from dressform.crypto.secrets import random_id, token_hash
from dressform.db.statements import Statement, is_any_of
from dressform.db.tables import SignUp
from dressform.db.unit_of_work import UnitOfWork
from dressform.policy.periods import start_of_day
from dressform.repositories.unique_hashes import is_username_taken


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


_IS_LIVE = SignUp.expires_at > bindparam("at")
_HAS_EMAIL = is_any_of(SignUp.email_index, bindparam("email_hashes", type_=ARRAY(LargeBinary)))
_HAS_USERNAME = is_any_of(
    SignUp.username_index, bindparam("username_hashes", type_=ARRAY(LargeBinary))
)
_WAITING_FOR_USERNAME = Statement(select(SignUp.id).where(_HAS_USERNAME, _IS_LIVE).limit(1))
_REMOVE_WITH_USERNAME = Statement(delete(SignUp).where(_HAS_USERNAME))
_ADD = Statement(
    insert(SignUp).values(
        email_index=bindparam("email_index"),
        number=select(func.coalesce(func.max(SignUp.number), 0) + 1)
        .where(_HAS_EMAIL)
        .scalar_subquery(),
    ),
    "id",
    "email_index",
    "username_index",
    "created_at",
    "number",
    "key_id",
    "wrapped_key",
    "sealed",
)
_SET_TOKEN = Statement(
    update(SignUp).where(SignUp.id == bindparam("sign_up_id")),
    "token_hash",
    "key_id",
    "wrapped_key",
    "sealed",
)
_REMOVE = Statement(delete(SignUp).where(SignUp.id == bindparam("sign_up_id")))


def _select_latest(condition: ColumnElement[bool]) -> Statement:
    return Statement(
        select(SignUp.id, SignUp.key_id, SignUp.wrapped_key, SignUp.sealed)
        .where(condition, _IS_LIVE)
        .order_by(SignUp.number.desc())
        .limit(1)
        .with_for_update()
    )


_BY_TOKEN = _select_latest(SignUp.token_hash == bindparam("hash"))
_BY_EMAIL = _select_latest(_HAS_EMAIL)
_BY_ID = _select_latest(SignUp.id == bindparam("sign_up_id"))


class SignUps:
    """The pending registrations."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._index = uow.keyrings.index
        self._encryption = RowEncryption(uow.keyrings, "sign_up")

    async def is_username_free(self, username: str, account_id: UUID | None = None) -> bool:
        """Return whether no other member and no registration has a username. Lock it.

        Names that look alike count as one among members, and former names are held.
        """
        if await is_username_taken(self._uow, username, account_id):
            return False
        hashes = self._index.list_username_hashes(username)
        waiting = await self._uow.connection.scalar(
            _WAITING_FOR_USERNAME, {"username_hashes": hashes, "at": self._uow.now}
        )
        return waiting is None

    async def add(self, *, email: str, username: str, language: str, password_hash: str) -> UUID:
        """Add a registration. Its username must have been checked in the same transaction."""
        sign_up_id = random_id()
        # One that ran out may still be there, and would keep its name if the worker is late.
        await self._uow.connection.execute(
            _REMOVE_WITH_USERNAME, {"username_hashes": self._index.list_username_hashes(username)}
        )
        waiting = PendingSignUp(sign_up_id, email, username, language, password_hash)
        await self._uow.connection.execute(
            _ADD,
            {
                "id": sign_up_id,
                "email_index": self._index.hash_email(email),
                "email_hashes": self._index.list_email_hashes(email),
                "username_index": self._index.hash_username(username),
                "created_at": start_of_day(self._uow.now),
                **self._encryption.seal(waiting.to_payload(), sign_up_id),
            },
        )
        return sign_up_id

    async def get_by_token(self, token: str) -> PendingSignUp | None:
        """Return the registration of a token. The sealed hash must be that of the column."""
        hashed = token_hash(token)
        return await self._fetch_one(_BY_TOKEN, sealed_hash=hashed.hex(), hash=hashed)

    async def get_latest_by_email(self, email: str) -> PendingSignUp | None:
        """Return the latest registration of an address."""
        return await self._fetch_one(_BY_EMAIL, email_hashes=self._index.list_email_hashes(email))

    async def get_by_id(self, sign_up_id: UUID) -> PendingSignUp | None:
        """Return a registration."""
        return await self._fetch_one(_BY_ID, sign_up_id=sign_up_id)

    async def set_token(self, waiting: PendingSignUp, token: str) -> None:
        """Set the token of the mailed link. Its hash is sealed as well, which SQL can't change."""
        hashed = token_hash(token)
        payload = waiting.to_payload() | {"token_hash": hashed.hex()}
        sealed = self._encryption.seal(payload, waiting.id)
        await self._uow.connection.execute(
            _SET_TOKEN, {"sign_up_id": waiting.id, "token_hash": hashed, **sealed}
        )

    async def remove(self, sign_up_id: UUID) -> None:
        """Delete a registration."""
        await self._uow.connection.execute(_REMOVE, {"sign_up_id": sign_up_id})

    async def _fetch_one(
        self, statement: Statement, *, sealed_hash: str | None = None, **values: object
    ) -> PendingSignUp | None:
        row = await self._uow.connection.fetch_one_or_none(
            statement, values | {"at": self._uow.now}
        )
        if row is None:
            return None
        payload = self._encryption.open(row)
        stored_hash = payload.pop("token_hash", None)
        if sealed_hash is not None and sealed_hash != stored_hash:
            return None
        return PendingSignUp(id=row.id, **payload)
