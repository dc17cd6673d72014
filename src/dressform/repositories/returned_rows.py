"""The rows that a restored database may hold again: list them by journal entry, delete them
again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, literal, select

from dressform.crypto.sealing import DataKey, DecryptionError, MissingMasterKeyError, WrappedKey
from dressform.db.tables import Account, AccountKey, Avatar, DatasetConsent, Model, Picture
from dressform.db.unit_of_work import UnitOfWork
from dressform.journal.entries import Deletion, DeletionKind
from dressform.repositories.accounts import Accounts
from dressform.repositories.consents import Consents
from dressform.repositories.models import Models
from dressform.repositories.owners import Owner
from dressform.repositories.pictures import Avatars, ProfilePictures

_FIRST_ID = UUID(int=0)

# For each kind: the id and the version that are hashed, the id that orders the pages, and the account.
_ROWS: dict[DeletionKind, Select[*tuple[Any, ...]]] = {
    DeletionKind.ACCOUNT: select(Account.id, literal(0), Account.id, Account.id),
    DeletionKind.MODEL: select(Model.id, literal(0), Model.id, Model.account_id),
    DeletionKind.PICTURE: select(
        Picture.account_id, Picture.version, Picture.account_id, Picture.account_id
    ),
    DeletionKind.AVATAR: select(
        Avatar.model_id, Avatar.version, Avatar.model_id, Model.account_id
    ).join(Model, Model.id == Avatar.model_id),
    DeletionKind.CONSENT: select(
        DatasetConsent.given_id, literal(0), DatasetConsent.account_id, DatasetConsent.account_id
    ).where(DatasetConsent.given_id.is_not(None)),
}


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    """A row that may have been deleted before. `key` is the cursor of the next page."""

    deletion: Deletion
    key: UUID
    account_id: UUID


class ReturnedRows:
    """The rows that may have been deleted before.

    `uow.now` must lie before every expiry, so that rows in their grace period count as well.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def list_page(
        self, kind: DeletionKind, *, after: UUID | None, limit: int
    ) -> list[ReturnedRow]:
        """Return the rows of a kind in the order of their keys."""
        query = _ROWS[kind]
        key = query.selected_columns[2]
        query = query.where(key > (after or _FIRST_ID)).order_by(key).limit(limit)
        return [
            ReturnedRow(Deletion(kind, found[0], found[1]), found[2], found[3])
            for found in await self._uow.connection.execute(query)
        ]

    async def delete(self, row: ReturnedRow, *, on: datetime) -> None:
        """Delete a row again, or withdraw a consent, as of the day `on`.

        Raise NotFound, or Unauthenticated, when it is gone already.
        """
        owner = Owner(row.account_id, DataKey.generate())  # What needs the account's key reads it.
        match row.deletion.kind:
            case DeletionKind.ACCOUNT:
                await Accounts(self._uow).delete(owner)
            case DeletionKind.MODEL:
                await self._delete_model(row)
            case DeletionKind.PICTURE:
                await ProfilePictures(self._uow).remove(owner)
            case DeletionKind.AVATAR:
                await Avatars(self._uow).remove(owner, row.key)
            case DeletionKind.CONSENT:
                await Consents(self._uow).withdraw(owner, on=on)

    async def _delete_model(self, row: ReturnedRow) -> None:
        """Delete a model. Its variants are detached, unless its key is lost."""
        try:
            await Models(self._uow).remove(await self._get_owner(row.account_id), row.key)
        except (DecryptionError, MissingMasterKeyError):
            self._uow.deletions.append(row.deletion)
            await self._uow.connection.execute(delete(Model).where(Model.id == row.key))

    async def _get_owner(self, account_id: UUID) -> Owner:
        """Return the owner. Raise DecryptionError when the account has no key any more."""
        found = await self._uow.connection.execute(
            select(AccountKey.key_id, AccountKey.wrapped_key).where(
                AccountKey.account_id == account_id
            )
        )
        wrapped = found.one_or_none()
        if wrapped is None:
            raise DecryptionError
        return Owner(account_id, self._uow.keyrings.master.unwrap(WrappedKey(*wrapped), account_id))
