from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, func, select, update
from sqlalchemy.dialects.postgresql import insert

from dressform.database import Unit
from dressform.errors import FieldError, InvalidInput, NotSignedIn
from dressform.opendata.consent import ConsentText
from dressform.repositories.owners import Owner
from dressform.tables import Account, DatasetConsent, Model


@dataclass(frozen=True, slots=True)
class Consent:
    """What a member said of the open dataset last, to which text, and what became of it."""

    given_at: datetime
    withdrawn_at: datetime | None
    language: str
    text_version: str
    text_sha256: bytes
    model_id: UUID | None
    counted: int
    drawn_in: int | None

    @property
    def stands(self) -> bool:
        return self.withdrawn_at is None


_COLUMNS = [getattr(DatasetConsent, name) for name in Consent.__dataclass_fields__]
_AGREED = ("given_at", "language", "text_version", "text_sha256")
"""What is written down of the moment of agreeing, and stays while that consent stands."""


class Consents:
    """To the open dataset. Whether an account was counted and drawn is never changed here."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    async def of(self, owner: Owner) -> Consent | None:
        """None when they never agreed."""
        query = (
            select(*_COLUMNS)
            .join(Account, Account.id == DatasetConsent.account_id)
            .where(DatasetConsent.account_id == owner.account_id)
            .where(Account.ends_at > self._unit.at)
        )
        row = (await self._unit.connection.execute(query)).one_or_none()
        return None if row is None else Consent(*row)

    async def give(self, owner: Owner, text: ConsentText, model_id: UUID | None) -> Consent:
        """Agreeing to the text that one agreed to already only chooses another model.

        Raises InvalidInput for a model that is none of theirs, NotSignedIn when the account has
        ended meanwhile.
        """
        await self._lock(owner)
        await self._lock_model(owner, model_id)
        agreed: dict[str, Any] = {
            "given_at": self._unit.at,
            "language": text.language,
            "text_version": text.version,
            "text_sha256": text.sha256,
        }
        new = insert(DatasetConsent).values(
            account_id=owner.account_id, model_id=model_id, **agreed
        )
        stands = and_(
            DatasetConsent.withdrawn_at.is_(None), DatasetConsent.text_version == text.version
        )
        # Requests that waited for each other come in another order than they were sent.
        now = dict(new.excluded) | {
            "given_at": func.greatest(new.excluded.given_at, DatasetConsent.withdrawn_at)
        }
        kept = {
            name: case((stands, getattr(DatasetConsent, name)), else_=now[name]) for name in _AGREED
        }
        saved = await self._unit.connection.execute(
            new.on_conflict_do_update(
                index_elements=["account_id"],
                set_={**kept, "withdrawn_at": None, "model_id": new.excluded.model_id},
            ).returning(*_COLUMNS)
        )
        return Consent(*saved.one())

    async def withdraw(self, owner: Owner) -> bool:
        """False when nothing stood. Raises NotSignedIn when the account has ended meanwhile."""
        await self._lock(owner)
        withdrawn = await self._unit.connection.execute(
            update(DatasetConsent)
            .where(DatasetConsent.account_id == owner.account_id)
            .where(DatasetConsent.withdrawn_at.is_(None))
            .values(
                withdrawn_at=func.greatest(self._unit.at, DatasetConsent.given_at), model_id=None
            )
            .returning(DatasetConsent.account_id)
        )
        return withdrawn.one_or_none() is not None

    async def _lock(self, owner: Owner) -> None:
        # Before the row itself, as erasing an account does: else each could wait for the other.
        locked = await self._unit.connection.execute(
            select(Account.id)
            .where(Account.id == owner.account_id, Account.ends_at > self._unit.at)
            .with_for_update(read=True, key_share=True)
        )
        if locked.one_or_none() is None:
            raise NotSignedIn

    async def _lock_model(self, owner: Owner, model_id: UUID | None) -> None:
        """Until the transaction ends it can't be removed."""
        if model_id is None:
            return
        locked = await self._unit.connection.execute(
            select(Model.id)
            .where(Model.id == model_id, Model.account_id == owner.account_id)
            .with_for_update(read=True, key_share=True)
        )
        if locked.one_or_none() is None:
            raise InvalidInput(FieldError("#/model_id", "none of your models has this id"))
