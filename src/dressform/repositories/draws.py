"""The yearly draws of the open dataset."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from dressform.db.statements import Row
from dressform.db.tables import DatasetDraw
from dressform.db.unit_of_work import UnitOfWork
from dressform.policy.periods import start_of_day


@dataclass(frozen=True, slots=True)
class StoredDraw:
    """A year's draw in its present state: proposed, counted (with a codebook or without), drawn."""

    year: int
    proposed_at: datetime
    proposed_by: UUID | None
    approved_by: UUID | None
    count: int | None
    codebook: str | None
    flags: tuple[str, ...]
    statistics: bytes | None
    drawn_at: datetime | None
    restored_at: datetime | None

    @property
    def had_too_few(self) -> bool:
        """Return whether too few members agreed for any codebook."""
        return self.count is not None and self.codebook is None


_ALL = select(
    DatasetDraw.year,
    DatasetDraw.proposed_at,
    DatasetDraw.proposed_by,
    DatasetDraw.approved_by,
    DatasetDraw.count,
    DatasetDraw.codebook,
    DatasetDraw.flags,
    DatasetDraw.statistics,
    DatasetDraw.drawn_at,
    DatasetDraw.restored_at,
).order_by(DatasetDraw.year)


class Draws:
    """The draws of the open dataset, one a year."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def list_all(self) -> list[StoredDraw]:
        """Return all draws, by year."""
        return [_to_draw(row) for row in await self._uow.connection.execute(_ALL)]

    async def get_for_update(self, year: int) -> StoredDraw | None:
        """Return a year's draw, locked until the transaction ends."""
        query = _ALL.where(DatasetDraw.year == year).with_for_update()
        row = await self._uow.connection.fetch_one_or_none(query)
        return _to_draw(row) if row else None

    async def propose(self, year: int, by: UUID, *, instead_of: UUID | None) -> bool:
        """Propose a draw. Return False when it was counted, or proposed by another operator,
        since.
        """
        proposed = {"proposed_at": start_of_day(self._uow.now), "proposed_by": by}
        added = insert(DatasetDraw).values(year=year, **proposed)
        waits = DatasetDraw.count.is_(None)
        is_known = DatasetDraw.proposed_by.is_not_distinct_from(instead_of)
        done = await self._uow.connection.execute(
            added.on_conflict_do_update(
                index_elements=[DatasetDraw.year], set_=proposed, where=waits & is_known
            )
        )
        return done.rowcount > 0

    async def record_count(
        self, year: int, *, by: UUID, count: int, codebook: str | None, flags: Sequence[str]
    ) -> None:
        """Record the approval and the count. A draw without a codebook is closed."""
        taken = list(flags) if codebook else None
        await self._update(year, approved_by=by, count=count, codebook=codebook, flags=taken)

    async def record_statistics(self, year: int, statistics: bytes) -> None:
        """Record the noisy statistics of a draw, and its day."""
        await self._update(year, drawn_at=start_of_day(self._uow.now), statistics=statistics)

    async def restore(
        self,
        year: int,
        *,
        by: UUID,
        count: int,
        codebook: str,
        flags: Sequence[str],
        statistics: bytes,
        drawn_at: datetime,
    ) -> None:
        """Store a draw as it was published, replacing what the database knows of that year."""
        known = {
            "approved_by": by,
            "count": count,
            "codebook": codebook,
            "flags": list(flags),
            "statistics": statistics,
            "drawn_at": start_of_day(drawn_at),
            "restored_at": start_of_day(self._uow.now),
        }
        proposed_at = known["drawn_at"]
        added = insert(DatasetDraw).values(year=year, proposed_at=proposed_at, **known)
        await self._uow.connection.execute(
            added.on_conflict_do_update(index_elements=[DatasetDraw.year], set_=known)
        )

    async def _update(self, year: int, **values: object) -> None:
        await self._uow.connection.execute(
            update(DatasetDraw).where(DatasetDraw.year == year).values(**values)
        )


def _to_draw(row: Row) -> StoredDraw:
    return StoredDraw(**{**row, "flags": tuple(row.flags or ())})
