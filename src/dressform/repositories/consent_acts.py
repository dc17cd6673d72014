from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import bindparam, case, insert, select

from dressform.db.statements import Statement
from dressform.db.tables import DatasetConsent, DatasetConsentAct
from dressform.db.unit_of_work import UnitOfWork
from dressform.policy.periods import start_of_day
from dressform.repositories.owners import Owner


@dataclass(frozen=True, slots=True)
class ConsentAct:
    """An agreement or a withdrawal. `drawn_year`: the year in whose draw a body was taken under it."""

    id: UUID
    number: int
    act: Literal["given", "withdrawn"]
    acted_at: datetime
    language: str
    text_version: str
    text_sha256: bytes
    drawn_year: int | None


ACT_COLUMNS = (
    DatasetConsentAct.id,
    DatasetConsentAct.number,
    DatasetConsentAct.act,
    DatasetConsentAct.acted_at,
    DatasetConsentAct.language,
    DatasetConsentAct.text_version,
    DatasetConsentAct.text_sha256,
    case((DatasetConsent.drawn_under == DatasetConsentAct.id, DatasetConsent.drawn_year)),
)
"""The columns of a ConsentAct, for a statement that reads both tables."""

IS_SAME_ACCOUNT = DatasetConsentAct.account_id == DatasetConsent.account_id

_ALL = select(*ACT_COLUMNS).join(DatasetConsent, IS_SAME_ACCOUNT)
_OF_ACCOUNT = _ALL.where(DatasetConsentAct.account_id == bindparam("owner_id"))
_LAST = Statement(_OF_ACCOUNT.order_by(DatasetConsentAct.number.desc()).limit(1))
_ADD = Statement(
    insert(DatasetConsentAct), *(column.name for column in DatasetConsentAct.__table__.columns)
)


class ConsentActs:
    """The proof of consent: acts are added, and neither changed nor removed."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def get_last(self, owner: Owner) -> ConsentAct | None:
        """Return None when they never agreed."""
        rows = await self._uow.connection.execute(_LAST, {"owner_id": owner.account_id})
        row = rows.one_or_none()
        return None if row is None else ConsentAct(*row)

    async def add(
        self,
        owner: Owner,
        last: ConsentAct | None,
        *,
        on: datetime | None = None,
        **what: object,
    ) -> UUID:
        """Add an act after the last one. The caller holds the lock of the account's consent."""
        act_id, day = uuid4(), start_of_day(on or self._uow.now)
        await self._uow.connection.execute(
            _ADD,
            {
                "account_id": owner.account_id,
                "id": act_id,
                "number": last.number + 1 if last else 1,
                # A request takes its time when it begins: one that waited may be a day behind.
                "acted_at": max(last.acted_at, day) if last else day,
                **what,
            },
        )
        return act_id
