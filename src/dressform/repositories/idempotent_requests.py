"""Requests with an Idempotency-Key: what each has added, so that it is added only once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, bindparam, delete, func, insert, select

from dressform.crypto.secrets import random_id
from dressform.db.statements import Statement
from dressform.db.tables import IdempotentRequest
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import IdempotencyKeyReused, RequestInProgress
from dressform.policy.periods import start_of_hour
from dressform.repositories.owners import Owner

MAX_REQUESTS = 200
"""The requests of an account that are kept; the oldest go first."""

_TABLE = "idempotent_request"
_OWN = IdempotentRequest.account_id == bindparam("account_id")
_HAS_KEY = IdempotentRequest.key_hash == bindparam("key_hash")
_TRY_LOCK = Statement(select(func.pg_try_advisory_xact_lock(bindparam("lock", type_=BigInteger))))
_LIVE = select(
    IdempotentRequest.id,
    IdempotentRequest.key_hash,
    IdempotentRequest.created_at,
    IdempotentRequest.sealed,
).where(_OWN, IdempotentRequest.expires_at > bindparam("at"))
_ONE = Statement(_LIVE.where(_HAS_KEY))
_ALL = Statement(_LIVE.order_by(IdempotentRequest.created_at))
_ADD = Statement(insert(IdempotentRequest), "id", "account_id", "key_hash", "created_at", "sealed")
_REMOVE = Statement(delete(IdempotentRequest).where(_OWN, _HAS_KEY))
_REMOVE_OLDEST = Statement(
    delete(IdempotentRequest).where(
        IdempotentRequest.id.in_(
            select(IdempotentRequest.id)
            .where(_OWN)
            .order_by(IdempotentRequest.created_at.desc())
            .offset(bindparam("most", type_=BigInteger))
        )
    )
)


@dataclass(frozen=True, slots=True)
class RequestKey:
    """The key that a client chose, and the SHA-256 of the request that it sent with it."""

    key: str
    request_hash: bytes


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """The hour of a request, and the models that it added: None for a body without values."""

    created_at: datetime
    models: list[UUID | None]


class IdempotentRequests:
    """The requests of one owner."""

    def __init__(self, uow: UnitOfWork, owner: Owner) -> None:
        self._uow = uow
        self._owner = owner

    async def claim(self, request: RequestKey | None) -> list[UUID | None] | None:
        """Return what the request has added before, or None when it is new. Lock its key.

        Raise RequestInProgress while another transaction has the lock, and IdempotencyKeyReused if
        the key came with another request.
        """
        if request is None:
            return None
        key_hash = self._hash(request.key)
        lock = int.from_bytes(key_hash[:8], "big", signed=True)
        if not await self._uow.connection.scalar(_TRY_LOCK, {"lock": lock}):
            raise RequestInProgress
        row = await self._uow.connection.fetch_one_or_none(
            _ONE, self._params(key_hash) | {"at": self._uow.now}
        )
        if row is None:
            return None
        payload = self._open(row)
        if (
            payload["key_hash"] != key_hash.hex()
            or payload["request"] != request.request_hash.hex()
        ):
            raise IdempotencyKeyReused
        return _parse_ids(payload)

    async def record(self, request: RequestKey | None, models: Sequence[UUID | None]) -> None:
        """Store what a request has added, in the transaction that adds it."""
        if request is None:
            return
        key_hash, row_id = self._hash(request.key), random_id()
        payload = {
            "key_hash": key_hash.hex(),
            "request": request.request_hash.hex(),
            "models": [each and str(each) for each in models],
        }
        await self._uow.connection.execute(_REMOVE, self._params(key_hash))
        await self._uow.connection.execute(
            _ADD,
            self._params(key_hash)
            | {
                "id": row_id,
                "created_at": start_of_hour(self._uow.now),
                "sealed": self._owner.key.seal(payload, _TABLE, row_id, 0),
            },
        )
        await self._uow.connection.execute(
            _REMOVE_OLDEST, {"account_id": self._owner.account_id, "most": MAX_REQUESTS}
        )

    async def list_all(self) -> list[StoredRequest]:
        """Return all that are stored, oldest first."""
        params = {"account_id": self._owner.account_id, "at": self._uow.now}
        rows = await self._uow.connection.fetch_all(_ALL, params)
        return [StoredRequest(row.created_at, _parse_ids(self._open(row))) for row in rows]

    def _hash(self, key: str) -> bytes:
        return self._owner.key.compute_digest("idempotency-key", key.encode())

    def _params(self, key_hash: bytes) -> dict[str, Any]:
        return {"account_id": self._owner.account_id, "key_hash": key_hash}

    def _open(self, row: Any) -> dict[str, Any]:
        payload: dict[str, Any] = self._owner.key.open(row.sealed, _TABLE, row.id, 0)
        return payload


def _parse_ids(payload: dict[str, Any]) -> list[UUID | None]:
    return [UUID(each) if each else None for each in payload["models"]]
