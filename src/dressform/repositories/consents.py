from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from dressform.database import Unit
from dressform.errors import FieldError, InvalidInput, NotSignedIn, TooManyConsents
from dressform.journal.entries import Deletion, Kind
from dressform.opendata.consent import ConsentText
from dressform.repositories.consent_acts import ConsentAct, ConsentActs
from dressform.repositories.owners import Owner
from dressform.tables import Account, DatasetConsent, Model

MAX_ACTS = 1000
"""Acts on record of an account. The last place is left for a withdrawal, which is never refused."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What a member said of the open dataset, every time, and what became of it.

    `acts` are in their order; the first is an agreement.
    """

    acts: Sequence[ConsentAct]
    model_id: UUID | None
    counted: int
    drawn_in: int | None

    @property
    def stands(self) -> bool:
        return self.acts[-1].act == "given"

    @property
    def last_given(self) -> ConsentAct:
        return next(each for each in reversed(self.acts) if each.act == "given")

    @property
    def withdrawn_at(self) -> datetime | None:
        return None if self.stands else self.acts[-1].acted_at


class Consents:
    """To the open dataset. Whether an account was counted and drawn is never changed here."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._acts = ConsentActs(unit)

    async def of(self, owner: Owner) -> Consent | None:
        """None when they never agreed."""
        query = (
            select(DatasetConsent.model_id, DatasetConsent.counted, DatasetConsent.drawn_in)
            .join(Account, Account.id == DatasetConsent.account_id)
            .where(DatasetConsent.account_id == owner.account_id)
            .where(Account.ends_at > self._unit.at)
        )
        row = (await self._unit.connection.execute(query)).one_or_none()
        return None if row is None else Consent(await self._acts.list_all(owner), *row)

    async def give(self, owner: Owner, text: ConsentText, model_id: UUID | None) -> bool:
        """Record an agreement. Return False when consent to this text stands: then only choose.

        Raises InvalidInput for a model that is none of theirs, TooManyConsents, and NotSignedIn when
        the account has ended meanwhile.
        """
        await self._lock(owner)
        await self._lock_model(owner, model_id)
        given_id, last = await self._choose(owner, model_id), await self._acts.get_last(owner)
        if last and last.id == given_id and last.text_version == text.version:
            return False
        if last and last.number >= MAX_ACTS - 1:
            raise TooManyConsents
        given_id = await self._acts.add(
            owner,
            last,
            act="given",
            language=text.language,
            text_version=text.version,
            text_sha256=text.sha256,
        )
        await self._set(owner, given_id=given_id)
        return True

    async def withdraw(self, owner: Owner, *, on: datetime | None = None) -> bool:
        """Record a withdrawal, of today or of another day. Return False when no consent stands.

        Raises NotSignedIn when the account has ended meanwhile.
        """
        await self._lock(owner)
        standing = select(DatasetConsent.given_id).where(
            DatasetConsent.account_id == owner.account_id
        )
        given_id = await self._unit.connection.scalar(standing.with_for_update(key_share=True))
        last = await self._acts.get_last(owner) if given_id else None
        if last is None:
            return False
        await self._acts.add(
            owner,
            last,
            on=on,
            act="withdrawn",
            language=last.language,
            text_version=last.text_version,
            text_sha256=last.text_sha256,
        )
        await self._set(owner, given_id=None, model_id=None)
        self._unit.deletions.append(Deletion(Kind.CONSENT, last.id))
        return True

    async def _choose(self, owner: Owner, model_id: UUID | None) -> UUID | None:
        """Return the act under which consent stands. Its row is locked, and made if there is none."""
        chosen = insert(DatasetConsent).values(account_id=owner.account_id, model_id=model_id)
        saved = await self._unit.connection.execute(
            chosen.on_conflict_do_update(
                index_elements=["account_id"], set_={"model_id": model_id}
            ).returning(DatasetConsent.given_id)
        )
        return saved.scalar_one()

    async def _set(self, owner: Owner, **state: UUID | None) -> None:
        await self._unit.connection.execute(
            update(DatasetConsent)
            .where(DatasetConsent.account_id == owner.account_id)
            .values(**state)
        )

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
