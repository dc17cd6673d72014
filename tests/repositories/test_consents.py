from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy import select

from dressform.crypto.sealing import DataKey
from dressform.db.tables import DatasetConsent
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import Unauthenticated
from dressform.opendata.consent import CURRENT
from dressform.policy.account_data import PROFILE
from dressform.policy.periods import start_of_day
from dressform.repositories.consents import Consents
from dressform.repositories.owners import Owner
from tests.conftest import MovableClock
from tests.helpers.coarse_times import end_of
from tests.helpers.consents import acts, agree, rows, withdraw
from tests.helpers.databases import as_superuser
from tests.helpers.members import MemberClient


async def test_it_is_over_when_the_account_is(
    ada: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    """Asked of the repository itself: nobody could sign in to ask."""
    await agree(ada)
    uow = uows.read()
    account_id = await uow.connection.scalar(select(DatasetConsent.account_id))
    assert account_id is not None
    owner = Owner(account_id, DataKey.generate())

    clock.at = end_of(PROFILE, clock())

    async with uows.transaction() as uow:
        consents = Consents(uow)
        assert await consents.get(owner) is None
        with pytest.raises(Unauthenticated):
            await consents.withdraw(owner)
        with pytest.raises(Unauthenticated):
            await consents.give(owner, CURRENT["en"], None)


async def test_waiting_for_each_other_changes_no_order(
    ada: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    """A moment is taken when a request begins; which of two goes first is decided later."""
    await agree(ada)
    (row,) = await rows(uows)
    owner = Owner(row["account_id"], DataKey.generate())
    earlier, later = clock() + timedelta(seconds=1), clock() + timedelta(days=1)

    async with uows.transaction(now=later) as uow:
        await Consents(uow).withdraw(owner)
    async with uows.transaction(now=earlier) as uow:
        assert await Consents(uow).give(owner, CURRENT["en"], None)
    async with uows.transaction(now=earlier) as uow:
        await Consents(uow).withdraw(owner)
        found = await Consents(uow).get(owner)

    assert found is not None
    assert [(each.number, each.act, each.acted_at) for each in found.acts] == [
        (1, "given", start_of_day(clock())),
        (2, "withdrawn", start_of_day(later)),
        (3, "given", start_of_day(later)),
        (4, "withdrawn", start_of_day(later)),
    ]


CHANGES = {
    "update": "UPDATE dataset_consent_act SET text_version = '1'",
    "update of one's own": "UPDATE dataset_consent_act SET act = 'withdrawn'",
    "delete": "DELETE FROM dataset_consent_act",
    "delete beside a temporary table": "DO $$ BEGIN CREATE TEMP TABLE account (id uuid); "
    "DELETE FROM dataset_consent_act; END $$",
    "delete of the last": "DELETE FROM dataset_consent_act WHERE number = 2",
    "truncate": "TRUNCATE dataset_consent_act CASCADE",
    "replace": "INSERT INTO dataset_consent_act SELECT account_id, id, number, act, acted_at, 'fr',"
    " text_version, text_sha256 FROM dataset_consent_act ON CONFLICT (account_id, id)"
    " DO UPDATE SET language = excluded.language",
}


@pytest.mark.parametrize("what", CHANGES)
async def test_the_database_refuses_to_change_an_act_of_consent(
    ada: MemberClient, uows: UnitOfWorkFactory, what: str
) -> None:
    await agree(ada)
    await withdraw(ada)
    before = await acts(uows)

    for superuser in (False, True):
        with pytest.raises(asyncpg.PostgresError, match="neither changed nor removed"):
            await changed(uows, CHANGES[what], superuser=superuser)

    assert await acts(uows) == before


async def changed(uows: UnitOfWorkFactory, change: str, *, superuser: bool) -> None:
    url = uows.pool._dsn
    connection = await asyncpg.connect(as_superuser(url) if superuser else url)
    try:
        await connection.execute(change)
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("what", "refused"),
    [
        ("now()", "only_the_day"),
        ("'2026-03-01T00:00:00.000001Z'", "only_the_day"),
        ("'2026-03-01T00:00+01:00'", "only_the_day"),
        ("'2026-03-01T00:00Z'", "account_id_number"),
    ],
)
async def test_an_act_is_dated_by_its_day_and_has_a_place_of_its_own(
    ada: MemberClient, uows: UnitOfWorkFactory, what: str, refused: str
) -> None:
    await agree(ada)

    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as caught:
        await changed(
            uows,
            "INSERT INTO dataset_consent_act SELECT account_id, gen_random_uuid(), number, act,"
            f" {what}, language, text_version, text_sha256 FROM dataset_consent_act",
            superuser=False,
        )

    assert refused in str(caught.value.constraint_name)
