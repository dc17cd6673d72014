from datetime import timedelta

import pytest
from sqlalchemy import select

from dressform.crypto.sealing import DataKey
from dressform.database import Units
from dressform.errors import NotSignedIn
from dressform.opendata.consent import CURRENT
from dressform.policy import PROFILE
from dressform.repositories.consents import Consents
from dressform.repositories.owners import Owner
from dressform.tables import DatasetConsent
from tests.agreeing import agree, rows
from tests.coarse import end_of
from tests.conftest import MovableClock
from tests.people import Person


async def test_it_is_over_when_the_account_is(
    ada: Person, units: Units, clock: MovableClock
) -> None:
    """Asked of the repository itself: nobody could sign in to ask."""
    await agree(ada)
    async with units.reading() as unit:
        account_id = await unit.connection.scalar(select(DatasetConsent.account_id))
    assert account_id is not None
    owner = Owner(account_id, DataKey.new())

    clock.at = end_of(PROFILE, clock())

    async with units.writing() as unit:
        consents = Consents(unit)
        assert await consents.of(owner) is None
        with pytest.raises(NotSignedIn):
            await consents.withdraw(owner)
        with pytest.raises(NotSignedIn):
            await consents.give(owner, CURRENT["en"], None)


async def test_waiting_for_each_other_changes_no_order(
    ada: Person, units: Units, clock: MovableClock
) -> None:
    """A moment is taken when a request begins; which of two goes first is decided later."""
    await agree(ada)
    (row,) = await rows(units)
    owner = Owner(row["account_id"], DataKey.new())
    earlier, later = clock() + timedelta(seconds=1), clock() + timedelta(seconds=2)

    async with units.writing(at=later) as unit:
        await Consents(unit).withdraw(owner)
    async with units.writing(at=earlier) as unit:
        again = await Consents(unit).give(owner, CURRENT["en"], None)
    async with units.writing(at=earlier) as unit:
        await Consents(unit).withdraw(owner)
        withdrawn = await Consents(unit).of(owner)

    assert (again.given_at, again.withdrawn_at) == (later, None)
    assert withdrawn is not None
    assert (withdrawn.given_at, withdrawn.withdrawn_at) == (later, later)
