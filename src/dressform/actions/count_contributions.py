"""Count the contributors of each flag, which decides which flags are sufficient for a draw."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.opendata.codebook import FLAGS
from dressform.opendata.sums import get_flag
from dressform.opendata.years import draw_date
from dressform.repositories.contributions import PAUSE_SECONDS, Contributions
from dressform.repositories.sealed_contributions import EncryptedRows, decrypt_contributions


@dataclass(frozen=True, slots=True)
class AccountsByFlag:
    """The accounts of a batch, by the flag of the body that each would contribute."""

    account_ids: dict[str, list[UUID]]


async def read_flags(uows: UnitOfWorkFactory, year: int) -> list[AccountsByFlag]:
    """Return the accounts that may be counted, in batches; models that do not open are left out."""
    batches, last = list[AccountsByFlag](), None
    while True:
        uow = uows.read()
        contributions = Contributions(uow, before=draw_date(year))
        batch = await contributions.list_batch(after=last)
        rows = await contributions.fetch_countable(batch)
        if not batch:
            return batches
        batches.append(_group_by_flag(uows, rows))
        last = batch[-1]
        await asyncio.sleep(PAUSE_SECONDS)


async def count_contributions(
    uow: UnitOfWork, batches: Sequence[AccountsByFlag], year: int
) -> list[int]:
    """Mark these accounts as counted once more, and return how many there are of each flag."""
    contributions = Contributions(uow, before=draw_date(year))
    counts = dict.fromkeys(FLAGS, 0)
    for batch in batches:
        for flag, account_ids in batch.account_ids.items():
            counts[flag] += await contributions.mark_counted(account_ids)
        await asyncio.sleep(PAUSE_SECONDS)
    return [counts[flag] for flag in FLAGS]


def _group_by_flag(uows: UnitOfWorkFactory, rows: EncryptedRows) -> AccountsByFlag:
    found: dict[str, list[UUID]] = {flag: [] for flag in FLAGS}
    for each in decrypt_contributions(rows, uows.keyrings).contributions:
        found[get_flag(each.breasts)].append(each.account_id)
    return AccountsByFlag(found)
