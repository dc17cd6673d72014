"""The members' consent to the open dataset."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from dressform.db.statements import Statement
from dressform.db.tables import Account, DatasetConsent, DatasetConsentAct, Model
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import FieldError, InvalidInput, TooManyConsents, Unauthenticated
from dressform.journal.entries import Deletion, DeletionKind
from dressform.opendata.consent import ConsentText
from dressform.repositories.consent_acts import (
    ACT_COLUMNS,
    IS_SAME_ACCOUNT,
    ConsentAct,
    ConsentActs,
)
from dressform.repositories.owners import Owner

MAX_ACTS = 1000
"""The acts that an account can have. The last place is kept for a withdrawal: never refuse one."""


@dataclass(frozen=True, slots=True)
class Consent:
    """A member's consent to the open dataset: all its acts, and the member's part in draws.

    `acts` are in their order. The first one is an agreement.
    """

    acts: Sequence[ConsentAct]
    model_id: UUID | None
    times_counted: int
    drawn_year: int | None

    @property
    def stands(self) -> bool:
        return self.acts[-1].act == "given"

    @property
    def last_given(self) -> ConsentAct:
        return next(each for each in reversed(self.acts) if each.act == "given")

    @property
    def withdrawn_at(self) -> datetime | None:
        return None if self.stands else self.acts[-1].acted_at


_IS_OF_ACCOUNT = DatasetConsent.account_id == bindparam("owner_id")
_READ = Statement(
    select(
        DatasetConsent.model_id,
        DatasetConsent.times_counted,
        DatasetConsent.drawn_year,
        *ACT_COLUMNS,
    )
    .join(Account, Account.id == DatasetConsent.account_id)
    .join(DatasetConsentAct, IS_SAME_ACCOUNT)
    .where(_IS_OF_ACCOUNT, Account.expires_at > bindparam("at"))
    .order_by(DatasetConsentAct.number)
)
_GIVEN_ID = Statement(
    select(DatasetConsent.given_id).where(_IS_OF_ACCOUNT).with_for_update(key_share=True)
)
_CHOSEN = insert(DatasetConsent).values(
    account_id=bindparam("owner_id"), model_id=bindparam("chosen_id")
)
_CHOOSE = Statement(
    _CHOSEN.on_conflict_do_update(
        index_elements=["account_id"], set_={"model_id": _CHOSEN.excluded.model_id}
    ).returning(DatasetConsent.given_id)
)
_SET_GIVEN = Statement(update(DatasetConsent).where(_IS_OF_ACCOUNT), "given_id")
_SET_WITHDRAWN = Statement(
    update(DatasetConsent).where(_IS_OF_ACCOUNT).values(given_id=None, model_id=None)
)
_LOCK = Statement(
    select(Account.id)
    .where(Account.id == bindparam("owner_id"), Account.expires_at > bindparam("at"))
    .with_for_update(read=True, key_share=True)
)
_LOCK_MODEL = Statement(
    select(Model.id)
    .where(Model.id == bindparam("model_id"), Model.account_id == bindparam("owner_id"))
    .with_for_update(read=True, key_share=True)
)


class Consents:
    """The members' consents. Counting and drawing marks are changed by Contributions only."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._acts = ConsentActs(uow)

    async def get(self, owner: Owner) -> Consent | None:
        """Return a member's consent, None when they never agreed."""
        params = {"owner_id": owner.account_id, "at": self._uow.now}
        rows = await self._uow.connection.fetch_all(_READ, params)
        if not rows:
            return None
        acts = [ConsentAct(*act) for _, _, _, *act in rows]
        first = rows[0]
        return Consent(acts, first.model_id, first.times_counted, first.drawn_year)

    async def give(self, owner: Owner, text: ConsentText, model_id: UUID | None) -> bool:
        """Record an agreement. Return False when consent to this text stands: then only choose.

        Raises InvalidInput for a model that is none of theirs, TooManyConsents, and Unauthenticated when
        the account has ended meanwhile.
        """
        await self._lock(owner)
        await self._lock_model(owner, model_id)
        given_id, last = await self._lock_row(owner, model_id), await self._acts.get_last(owner)
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
        await self._uow.connection.execute(
            _SET_GIVEN, {"owner_id": owner.account_id, "given_id": given_id}
        )
        return True

    async def withdraw(self, owner: Owner, *, on: datetime | None = None) -> bool:
        """Record a withdrawal, of today or of another day. Return False when no consent stands.

        Raises Unauthenticated when the account has ended meanwhile.
        """
        await self._lock(owner)
        given_id = await self._uow.connection.scalar(_GIVEN_ID, {"owner_id": owner.account_id})
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
        await self._uow.connection.execute(_SET_WITHDRAWN, {"owner_id": owner.account_id})
        self._uow.deletions.append(Deletion(DeletionKind.CONSENT, last.id))
        return True

    async def _lock_row(self, owner: Owner, model_id: UUID | None) -> UUID | None:
        """Return the act under which consent stands. Lock its row, which is created if missing."""
        given_id: UUID | None = await self._uow.connection.scalar(
            _CHOOSE, {"owner_id": owner.account_id, "chosen_id": model_id}
        )
        return given_id

    async def _lock(self, owner: Owner) -> None:
        # Before the row itself, as erasing an account does: else each could wait for the other.
        params = {"owner_id": owner.account_id, "at": self._uow.now}
        if await self._uow.connection.scalar(_LOCK, params) is None:
            raise Unauthenticated

    async def _lock_model(self, owner: Owner, model_id: UUID | None) -> None:
        """Lock a model against removal until the transaction ends."""
        if model_id is None:
            return
        params = {"owner_id": owner.account_id, "model_id": model_id}
        if await self._uow.connection.scalar(_LOCK_MODEL, params) is None:
            raise InvalidInput(FieldError("#/model_id", "none of your models has this id"))
