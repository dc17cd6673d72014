"""A year's draw: who is in it, that it happens once, and what a crash leaves."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from dressform.actions import draw_dataset as draws
from dressform.actions.draw_dataset import DrawStep, draw_dataset, list_draws, propose_dataset
from dressform.actions.publish_dataset import publish_dataset
from dressform.actions.take_contributions import DrawScope, read_contributions
from dressform.db.errors import DatabaseError
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import StartupError
from dressform.opendata.budget import GATE, list_shares
from dressform.opendata.codebook import CORE, SMALL
from dressform.opendata.files.edition_info import Publisher
from dressform.opendata.receipts import Receipts
from dressform.opendata.sums import Sums
from dressform.policy.periods import start_of_day
from dressform.repositories import contributions
from dressform.repositories.draws import Draws
from dressform.repositories.editions import Editions
from tests.conftest import MovableClock
from tests.opendata.members import (
    APPROVER,
    PROPOSER,
    WITHDRAW_SQL,
    consent_again_sql,
    create_members,
)

MANY, FEW = 2_700, 40
SURE = 8
"""Standard deviations that noise does not leave."""
CELLS = 100
"""So many show how large their noise is: 380 to four in a hundred."""
LATER = datetime(2026, 6, 1, tzinfo=UTC)
PUBLISHER = Publisher("Sewing Example", "https://sewing.example")
RENAMED = Publisher("Another Name", "https://elsewhere.example")
"""What changed settings would make of it."""


@pytest.fixture
def enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few they are, the noise says that they suffice."""
    monkeypatch.setattr(draws, "add_noise_to_counts", lambda _: (CORE.gate, 0))


def nobody_looks(_: DrawStep) -> None:
    pass


async def marks(uows: UnitOfWorkFactory) -> dict[tuple[int, int | None], int]:
    """How many accounts were counted so often and drawn in that year."""
    uow = uows.read()
    found = await uow.connection.execute(
        text("SELECT times_counted, drawn_year, count(*) FROM dataset_consent GROUP BY 1, 2")
    )
    return {(counted, year): number for counted, year, number in found}


async def hashes(uows: UnitOfWorkFactory, edition: str) -> dict[str, bytes]:
    uow = uows.read()
    return {file.name: file.sha256 for file in await Editions(uow).list_files(edition)}


LEFT_OUT = {
    "withdrew": WITHDRAW_SQL,
    "agreed on the day": consent_again_sql("2026-03-01"),
    "agreed to an older text": consent_again_sql("2026-01-01", version="1"),
    "restricted": "UPDATE account SET restricted_at = created_at WHERE id = $1",
    "at its end": "UPDATE account SET last_login_at = '2024-01-01' WHERE id = $1",
    "no model": "DELETE FROM model WHERE account_id = $1",
    "gave already": "UPDATE dataset_consent SET times_counted = 1, drawn_year = 2025 WHERE account_id = $1",
}


async def test_all_who_may_give_give_once_and_nobody_else(
    uows: UnitOfWorkFactory, db_connection: asyncpg.Connection, receipts: Receipts
) -> None:
    await create_members(uows, db_connection, MANY)
    ids = await db_connection.fetch(
        "SELECT account_id FROM dataset_consent LIMIT $1", len(LEFT_OUT)
    )
    for row, change in zip(ids, LEFT_OUT.values(), strict=True):
        await db_connection.execute(change, row["account_id"])
    giving = MANY - len(LEFT_OUT)

    await propose_dataset(uows, PROPOSER)
    drawn = await draw_dataset(uows, receipts, APPROVER, nobody_looks)

    assert drawn is not None
    assert (drawn.year, drawn.codebook) == (2026, CORE)
    assert abs(drawn.count - giving) < SURE * GATE.sigma
    spread = SURE * list_shares(CORE)["flags"].sigma
    assert abs(drawn.sums.flags[0] - giving) < spread
    assert drawn.flags == ("with_breasts",)
    assert drawn.sums.flags[1] == 0
    assert await marks(uows) == {
        (1, 2026): giving,
        (0, None): len(LEFT_OUT) - 1,
        (1, 2025): 1,
    }
    with pytest.raises(StartupError, match="approved already"):
        await propose_dataset(uows, PROPOSER)


async def test_what_is_stored_is_what_they_gave_with_noise_in_all_of_it(
    uows: UnitOfWorkFactory, db_connection: asyncpg.Connection, receipts: Receipts
) -> None:
    await create_members(uows, db_connection, MANY - 1_000)
    await create_members(uows, db_connection, 1_000, breasts=False)
    await propose_dataset(uows, PROPOSER)

    drawn = await draw_dataset(uows, receipts, APPROVER, nobody_looks)

    assert drawn is not None
    await db_connection.execute("UPDATE dataset_consent SET drawn_year = NULL")
    exact = Sums.zeros(CORE)  # All have the 20 measurements, so that nothing is left to chance.
    for part in await read_contributions(uows, 2026, DrawScope(CORE)):
        exact += part.sums
    assert exact.flags.tolist() == [MANY - 1_000, 1_000]
    for name, share in list_shares(CORE).items():
        noise = drawn.sums.groups[name] - exact.groups[name]
        assert abs(noise).max() < SURE * share.sigma, name
        if noise.size > CELLS:
            assert abs(noise.std() / share.sigma - 1) < 0.25, name


@pytest.mark.parametrize(
    ("counts", "taken"),
    [
        ((499, 499), (998, None, None)),
        ((499, 500), (500, "small-2", ["without_breasts"])),
        ((1_999, 499), (1_999, "small-2", ["with_breasts"])),
        ((-30, 2_000), (2_000, "core-2", ["without_breasts"])),
        ((500, 1_500), (2_000, "core-2", ["with_breasts", "without_breasts"])),
        ((4_500, 500), (5_000, "full-2", ["with_breasts", "without_breasts"])),
    ],
)
async def test_the_noisy_counts_alone_open_the_gate_to_each_flag(
    uows: UnitOfWorkFactory,
    db_connection: asyncpg.Connection,
    receipts: Receipts,
    monkeypatch: pytest.MonkeyPatch,
    *,
    counts: tuple[int, int],
    taken: tuple[int, str | None, list[str] | None],
) -> None:
    counted = []

    def with_noise(true: list[int]) -> tuple[int, int]:
        counted.append(true)
        return counts

    monkeypatch.setattr(draws, "add_noise_to_counts", with_noise)
    await create_members(uows, db_connection, FEW)
    await create_members(uows, db_connection, 3, breasts=False)
    await propose_dataset(uows, PROPOSER)

    drawn = await draw_dataset(uows, receipts, APPROVER, nobody_looks)

    assert (drawn.codebook.key if drawn else None) == taken[1]
    assert counted == [[FEW, 3]]
    row = await db_connection.fetchrow("SELECT count, codebook, flags FROM dataset_draw")
    assert tuple(row) == taken


async def test_who_is_of_a_flag_that_has_too_few_waits_and_adds_up(
    uows: UnitOfWorkFactory,
    db_connection: asyncpg.Connection,
    receipts: Receipts,
    clock: MovableClock,
) -> None:
    """Nine of ten have breasts: the others give once they are enough, with one noise."""
    await create_members(uows, db_connection, 900)
    await create_members(uows, db_connection, 100, breasts=False)
    await propose_dataset(uows, PROPOSER)

    first = await draw_dataset(uows, receipts, APPROVER, nobody_looks)

    assert first is not None
    assert (first.codebook, first.flags) == (SMALL, ("with_breasts",))
    assert await marks(uows) == {(1, 2026): 900, (1, None): 100}
    await publish_dataset(uows, PUBLISHER)
    await db_connection.execute("UPDATE account SET last_login_at = $1", LATER)
    await create_members(uows, db_connection, 800, agreed=LATER, breasts=False)
    clock.at = datetime(2027, 3, 1, tzinfo=UTC)
    await propose_dataset(uows, PROPOSER)

    second = await draw_dataset(uows, receipts, APPROVER, nobody_looks)

    assert second is not None
    assert second.flags == ("without_breasts",)
    assert await marks(uows) == {(1, 2026): 900, (2, 2027): 100, (1, 2027): 800}
    assert await publish_dataset(uows, PUBLISHER) == ["2026", "2027", "2026-2027"]
    uow = uows.read()
    editions = {each.name: each for each in await Editions(uow).list_all()}
    shown = {
        name: [flag["shown"] for flag in each.quality or ()] for name, each in editions.items()
    }
    assert shown == {"2026": [True, False], "2027": [False, True], "2026-2027": [True, True]}


@pytest.mark.usefixtures("enough")
async def test_however_many_batches_there_are_each_account_is_counted_and_drawn_once(
    uows: UnitOfWorkFactory,
    db_connection: asyncpg.Connection,
    receipts: Receipts,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(contributions, "BATCH", 7)
    await create_members(uows, db_connection, FEW)
    await db_connection.execute(
        "UPDATE dataset_consent SET times_counted = 3"
        " WHERE account_id IN (SELECT account_id FROM dataset_consent LIMIT 10)"
    )
    await propose_dataset(uows, PROPOSER)

    await draw_dataset(uows, receipts, APPROVER, nobody_looks)

    assert await marks(uows) == {(1, 2026): FEW - 10, (4, 2026): 10}


async def test_who_was_counted_ten_times_is_counted_no_more(
    uows: UnitOfWorkFactory, db_connection: asyncpg.Connection, receipts: Receipts
) -> None:
    await create_members(uows, db_connection, FEW)
    await db_connection.execute("UPDATE dataset_consent SET times_counted = 10")
    await propose_dataset(uows, PROPOSER)

    assert await draw_dataset(uows, receipts, APPROVER, nobody_looks) is None

    assert await marks(uows) == {(10, None): FEW}


async def test_too_few_have_to_wait_for_the_next_year(
    uows: UnitOfWorkFactory,
    db_connection: asyncpg.Connection,
    receipts: Receipts,
    clock: MovableClock,
) -> None:
    await create_members(uows, db_connection, FEW)
    await propose_dataset(uows, PROPOSER)

    assert await draw_dataset(uows, receipts, APPROVER, nobody_looks) is None
    assert (
        await draw_dataset(uows, receipts, APPROVER, nobody_looks) is None
    )  # Nobody is counted again.

    assert await marks(uows) == {(1, None): FEW}
    assert await publish_dataset(uows, PUBLISHER) == []
    with pytest.raises(StartupError, match="next chance is in 2027"):
        await propose_dataset(uows, PROPOSER)
    clock.at = datetime(2027, 1, 1, tzinfo=UTC)
    assert await propose_dataset(uows, PROPOSER) == 2027


async def test_a_proposal_is_kept_until_its_operator_leaves(
    uows: UnitOfWorkFactory, db_connection: asyncpg.Connection, clock: MovableClock
) -> None:
    begun = start_of_day(clock.at)
    await propose_dataset(uows, PROPOSER)
    clock.at += timedelta(hours=1)
    assert await propose_dataset(uows, PROPOSER) == 2026
    with pytest.raises(StartupError, match="Another operator proposed the edition of 2026"):
        await propose_dataset(uows, APPROVER)
    assert await proposal(uows) == (PROPOSER, begun)

    await db_connection.execute("DELETE FROM operator WHERE account_id = $1", PROPOSER)
    await propose_dataset(uows, APPROVER)
    assert await proposal(uows) == (APPROVER, start_of_day(clock.at))


@pytest.mark.usefixtures("db_connection")
async def test_of_two_who_propose_at_once_one_is_told(
    uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await propose_dataset(uows, PROPOSER)

    async with uows.transaction() as uow:  # Who looked before the other one had written.
        assert not await Draws(uow).propose(2026, APPROVER, instead_of=None)

    assert await proposal(uows) == (PROPOSER, start_of_day(clock.at))


async def proposal(uows: UnitOfWorkFactory) -> tuple[UUID | None, datetime]:
    uow = uows.read()
    (draw,) = await Draws(uow).list_all()
    return draw.proposed_by, draw.proposed_at


async def test_it_takes_two_and_the_day(
    uows: UnitOfWorkFactory,
    db_connection: asyncpg.Connection,
    receipts: Receipts,
    clock: MovableClock,
) -> None:
    assert not db_connection.is_closed()
    with pytest.raises(StartupError, match="Nothing is proposed for 2026"):
        await draw_dataset(uows, receipts, APPROVER, nobody_looks)
    clock.at = datetime(2026, 2, 28, 23, 59, tzinfo=UTC)
    await propose_dataset(uows, PROPOSER)
    with pytest.raises(StartupError, match="on 1 March, not before"):
        await draw_dataset(uows, receipts, APPROVER, nobody_looks)
    clock.at = datetime(2026, 3, 1, tzinfo=UTC)
    with pytest.raises(StartupError, match="takes two"):
        await draw_dataset(uows, receipts, PROPOSER, nobody_looks)

    assert await draw_dataset(uows, receipts, APPROVER, nobody_looks) is None


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM operator WHERE account_id = $1",
        "UPDATE account SET last_login_at = '2020-01-01' WHERE id = $1",
        "UPDATE account SET restricted_at = created_at WHERE id = $1",
        "DELETE FROM account WHERE id = $1",
    ],
    ids=["removed", "ended", "restricted", "erased"],
)
async def test_who_proposed_it_has_to_be_an_operator_still(
    uows: UnitOfWorkFactory, db_connection: asyncpg.Connection, receipts: Receipts, change: str
) -> None:
    await create_members(uows, db_connection, FEW)
    await propose_dataset(uows, PROPOSER)
    await db_connection.execute(change, PROPOSER)

    with pytest.raises(StartupError, match=r"`dressform dataset propose`"):
        await draw_dataset(uows, receipts, APPROVER, nobody_looks)

    assert await marks(uows) == {(0, None): FEW}


async def test_interrupted_after_the_count_it_goes_on_without_counting_again(
    uows: UnitOfWorkFactory, db_connection: asyncpg.Connection, receipts: Receipts
) -> None:
    def crash(step: DrawStep) -> None:
        if step is DrawStep.READING:
            raise KeyboardInterrupt

    await create_members(uows, db_connection, MANY)
    await propose_dataset(uows, PROPOSER)
    with pytest.raises(KeyboardInterrupt):
        await draw_dataset(uows, receipts, APPROVER, crash)
    assert await marks(uows) == {(1, None): MANY}
    count = await db_connection.fetchval("SELECT count FROM dataset_draw")

    drawn = await draw_dataset(uows, receipts, PROPOSER, nobody_looks)

    assert drawn is not None
    assert drawn.count == count
    assert await marks(uows) == {(1, 2026): MANY}


@pytest.mark.usefixtures("enough")
@pytest.mark.parametrize(
    ("table", "column"), [("dataset_draw", "statistics"), ("dataset_consent", "drawn_year")]
)
async def test_sums_and_marks_are_written_both_or_neither(
    uows: UnitOfWorkFactory,
    db_connection: asyncpg.Connection,
    receipts: Receipts,
    table: str,
    column: str,
) -> None:
    await create_members(uows, db_connection, FEW)
    await propose_dataset(uows, PROPOSER)
    await db_connection.execute(
        f"""
        CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.{column} IS NOT NULL THEN RAISE EXCEPTION 'the disk is full'; END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER full_disk BEFORE UPDATE ON {table}
        FOR EACH ROW EXECUTE FUNCTION full_disk();
        """
    )
    try:
        with pytest.raises(DatabaseError):
            await draw_dataset(uows, receipts, APPROVER, nobody_looks)
        assert await marks(uows) == {(1, None): FEW}
        assert await list_draws(uows) == []
    finally:
        await db_connection.execute("DROP FUNCTION full_disk CASCADE")

    assert await draw_dataset(uows, receipts, APPROVER, nobody_looks) is not None
    assert await marks(uows) == {(1, 2026): FEW}


@pytest.mark.usefixtures("enough")
async def test_what_goes_on_after_its_year_is_refused(
    uows: UnitOfWorkFactory,
    db_connection: asyncpg.Connection,
    receipts: Receipts,
    clock: MovableClock,
) -> None:
    """A process that was asleep, while others were counted and drawn."""

    def sleep(step: DrawStep) -> None:
        if step is DrawStep.MARKING:
            clock.at = datetime(2027, 1, 1, tzinfo=UTC)

    await create_members(uows, db_connection, FEW)
    await propose_dataset(uows, PROPOSER)

    with pytest.raises(StartupError, match="The year 2026 is over"):
        await draw_dataset(uows, receipts, APPROVER, sleep)

    assert await marks(uows) == {(1, None): FEW}
    assert await list_draws(uows) == []


async def test_two_at_once_draw_once(
    uows: UnitOfWorkFactory, db_connection: asyncpg.Connection, receipts: Receipts
) -> None:
    await create_members(uows, db_connection, MANY)
    await propose_dataset(uows, PROPOSER)

    one, other = await asyncio.gather(
        draw_dataset(uows, receipts, APPROVER, nobody_looks),
        draw_dataset(uows, receipts, APPROVER, nobody_looks),
    )

    assert one is not None
    assert other is not None
    assert one.count == other.count
    assert (one.sums.histograms == other.sums.histograms).all()
    assert await marks(uows) == {(1, 2026): MANY}


async def test_the_next_edition_is_of_others_and_an_erasure_changes_nothing(
    uows: UnitOfWorkFactory,
    db_connection: asyncpg.Connection,
    receipts: Receipts,
    clock: MovableClock,
) -> None:
    await create_members(uows, db_connection, MANY)
    await propose_dataset(uows, PROPOSER)
    await draw_dataset(uows, receipts, APPROVER, nobody_looks)
    assert await publish_dataset(uows, PUBLISHER) == ["2026"]
    published = await hashes(uows, "2026")
    assert "people.csv" in published
    await db_connection.execute(
        "DELETE FROM account WHERE id IN"
        " (SELECT account_id FROM dataset_consent WHERE drawn_year = 2026 LIMIT 1000)"
    )
    await db_connection.execute(
        "UPDATE account SET last_login_at = $1", LATER
    )  # They are all still there.
    await create_members(uows, db_connection, MANY, agreed=LATER)
    clock.at = datetime(2027, 3, 1, tzinfo=UTC)

    await propose_dataset(uows, PROPOSER)
    drawn = await draw_dataset(uows, receipts, APPROVER, nobody_looks)

    assert drawn is not None
    assert abs(drawn.count - MANY) < SURE * GATE.sigma
    assert await marks(uows) == {(1, 2026): MANY - 1000, (1, 2027): MANY}
    assert await publish_dataset(uows, PUBLISHER) == ["2026", "2027", "2026-2027"]
    together = await hashes(uows, "2026-2027")
    assert await publish_dataset(uows, RENAMED) == ["2026", "2027", "2026-2027"]
    assert await hashes(uows, "2026") == published
    assert await hashes(uows, "2026-2027") == together
