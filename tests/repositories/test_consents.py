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
from tests.agreeing import agree
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

    clock.at = PROFILE.window.after(clock())

    async with units.writing() as unit:
        consents = Consents(unit)
        assert await consents.of(owner) is None
        with pytest.raises(NotSignedIn):
            await consents.withdraw(owner)
        with pytest.raises(NotSignedIn):
            await consents.give(owner, CURRENT["en"], None)
