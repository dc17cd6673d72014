"""The encrypted contributions of accounts to the open dataset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select, true
from sqlalchemy.orm import aliased

from dressform.crypto.keyrings import Keyrings
from dressform.crypto.sealing import DecryptionError, MissingMasterKeyError, WrappedKey
from dressform.db.statements import Row
from dressform.db.tables import Account, AccountKey, DatasetConsent, Model
from dressform.repositories.owners import Owner
from dressform.repositories.sealed_models import decrypt_body

EncryptedRows = Sequence[Row]

IS_CHOSEN = or_(DatasetConsent.model_id.is_(None), DatasetConsent.model_id == Model.id)
"""The condition that a model is the chosen one of its account, or that the account chose none."""

_Base = aliased(Model)


@dataclass(frozen=True, slots=True)
class Contribution:
    """The body that an account contributes. Lengths in mm, shoulderSlope in degrees."""

    account_id: UUID
    model_id: UUID
    breasts: bool
    measurements: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class DecryptedBatch:
    """The contributions of a batch, and how many could not be decrypted."""

    contributions: list[Contribution]
    unreadable: int


def select_bodies() -> Select[*tuple[Any, ...]]:
    """Select the chosen model of each consent, or a random one, for `decrypt_contributions`."""
    chosen = (
        select(Model)
        .where(Model.account_id == DatasetConsent.account_id, IS_CHOSEN)
        .order_by(func.random())
        .limit(1)
        .lateral()
    )
    one = aliased(Model, chosen)
    return (
        select(
            DatasetConsent.account_id,
            AccountKey.key_id,
            AccountKey.wrapped_key,
            one.id,
            one.version,
            one.sealed,
            one.base_id,
            _Base.version.label("base_version"),
            _Base.sealed.label("base_sealed"),
        )
        .join(Account, Account.id == DatasetConsent.account_id)
        .join(AccountKey, AccountKey.account_id == Account.id)
        .join(chosen, true())
        .outerjoin(_Base, _Base.id == one.base_id)
    )


def decrypt_contributions(rows: EncryptedRows, keyrings: Keyrings) -> DecryptedBatch:
    """Decrypt the contributions of these rows. It does not query the database."""
    found = [_decrypt(row, keyrings) for row in rows]
    given = [one for one in found if one is not None]
    return DecryptedBatch(given, len(found) - len(given))


def _decrypt(row: Any, keyrings: Keyrings) -> Contribution | None:
    """Return a contribution, None when it can't be decrypted: one broken row stops no others."""
    try:
        wrapped = WrappedKey(row.key_id, row.wrapped_key)
        key = keyrings.master.unwrap(wrapped, row.account_id)
        body = decrypt_body(row, Owner(row.account_id, key))
    except (DecryptionError, MissingMasterKeyError):
        return None
    return Contribution(row.account_id, row.id, bool(body.breasts), body.measurements)
