"""A database that was put back from before a draw: it neither draws again nor forgets for good."""

from datetime import UTC, datetime

import asyncpg
import pytest

from dressform.actions import draw_dataset as draws
from dressform.actions.draw_dataset import draw_dataset, list_draws, propose_dataset
from dressform.actions.restore_dataset import read_edition, restore_dataset
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import StartupError
from dressform.opendata.codebook import FULL, SMALL, Codebook
from dressform.opendata.draws import Draw, combine
from dressform.opendata.files import build_edition_files
from dressform.opendata.files.edition_info import Publisher
from dressform.opendata.receipts import Receipt, Receipts
from dressform.repositories import contributions
from tests.conftest import MovableClock
from tests.opendata.members import APPROVER, PROPOSER, consent_again_sql, create_members

FEW = 40
NEXT = datetime(2027, 3, 1, tzinfo=UTC)
BACKUP = (
    "DELETE FROM dataset_draw",
    "UPDATE dataset_consent SET times_counted = 0, drawn_year = NULL",
)
"""What a database says that was put back from the day before."""


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contributions, "BATCH", 7)


@pytest.fixture(params=[SMALL, FULL], ids=["small", "full"])
def codebook(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Codebook:
    """That of each draw, however few they are."""
    found: Codebook = request.param
    monkeypatch.setattr(draws, "add_noise_to_counts", lambda _: (found.gate, 0))
    return found


async def approved(uows: UnitOfWorkFactory, receipts: Receipts) -> Draw | None:
    await propose_dataset(uows, PROPOSER)
    return await draw_dataset(uows, receipts, APPROVER, lambda _: None)


async def put_back(
    uows: UnitOfWorkFactory, db_connection: asyncpg.Connection, receipts: Receipts
) -> Draw:
    await create_members(uows, db_connection, FEW)
    drawn = await approved(uows, receipts)
    assert drawn is not None
    for change in BACKUP:
        await db_connection.execute(change)
    return drawn


def published(drawn: Draw) -> dict[str, bytes]:
    files = build_edition_files(
        combine([drawn]), published=drawn.at, publisher=Publisher("X", "https://x"), version="1"
    )
    return {file.name: file.content for file in files}


async def test_a_draw_leaves_a_receipt_of_what_is_stored(
    uows: UnitOfWorkFactory,
    db_connection: asyncpg.Connection,
    receipts: Receipts,
    codebook: Codebook,
) -> None:
    await create_members(uows, db_connection, FEW)

    drawn = await approved(uows, receipts)

    assert drawn is not None
    assert drawn.codebook is codebook
    assert receipts.list_all() == [Receipt.from_draw(drawn)]


@pytest.mark.usefixtures("codebook")
@pytest.mark.parametrize("year", [2026, 2027])
async def test_who_was_drawn_is_not_drawn_again_by_a_database_that_forgot(
    uows: UnitOfWorkFactory,
    db_connection: asyncpg.Connection,
    receipts: Receipts,
    clock: MovableClock,
    *,
    year: int,
) -> None:
    await put_back(uows, db_connection, receipts)
    clock.at = clock.at.replace(year=year)

    with pytest.raises(StartupError, match="a draw on 1 March 2026 that this database does not"):
        await approved(uows, receipts)

    assert await list_draws(uows) == []
    assert await db_connection.fetchval("SELECT max(times_counted) FROM dataset_consent") == 0


@pytest.mark.usefixtures("codebook")
async def test_nor_by_one_that_drew_something_else(
    uows: UnitOfWorkFactory,
    db_connection: asyncpg.Connection,
    receipts: Receipts,
    clock: MovableClock,
) -> None:
    await put_back(uows, db_connection, receipts)
    await approved(uows, Receipts(receipts.folder / "elsewhere"))
    clock.at = NEXT

    with pytest.raises(StartupError, match="does not know"):
        await approved(uows, receipts)


@pytest.mark.usefixtures("codebook")
async def test_what_was_published_makes_the_draw_known_again(
    uows: UnitOfWorkFactory, db_connection: asyncpg.Connection, receipts: Receipts
) -> None:
    drawn = await put_back(uows, db_connection, receipts)
    await db_connection.execute(  # Drawn after they had agreed once more, which the backup doesn't know.
        "UPDATE dataset_consent SET given_id = NULL WHERE account_id ="
        " (SELECT min(account_id::text)::uuid FROM dataset_consent)"
    )

    files = published(drawn)

    await restore_dataset(uows, receipts, APPROVER, read_edition(files))

    (known,) = await list_draws(uows)
    assert Receipt.from_draw(known).sha256 == Receipt.from_draw(drawn).sha256
    assert (known.year, known.count, known.at.date()) == (2026, drawn.count, drawn.at.date())
    assert published(known) == files
    assert await db_connection.fetch("SELECT DISTINCT drawn_year FROM dataset_consent") == [(2026,)]
    with pytest.raises(StartupError, match="approved already"):
        await propose_dataset(uows, PROPOSER)
    with pytest.raises(StartupError, match="known already"):
        await restore_dataset(uows, receipts, APPROVER, read_edition(files))


@pytest.mark.usefixtures("codebook")
async def test_whose_consent_was_lost_is_not_drawn_with_another_one(
    uows: UnitOfWorkFactory,
    db_connection: asyncpg.Connection,
    receipts: Receipts,
    clock: MovableClock,
) -> None:
    """They had agreed between the backup and the draw; their account is older than both."""
    drawn = await put_back(uows, db_connection, receipts)
    await restore_dataset(uows, receipts, APPROVER, read_edition(published(drawn)))
    await db_connection.execute("UPDATE dataset_consent SET drawn_year = NULL")
    await db_connection.execute(consent_again_sql("2026-03-05", who="true"))
    await create_members(uows, db_connection, 1, agreed=datetime(2026, 6, 1, tzinfo=UTC))
    await db_connection.execute("UPDATE account SET last_login_at = '2027-01-01T00:00Z'")
    clock.at = NEXT

    drawn_again = await approved(uows, receipts)

    assert drawn_again is not None
    assert (
        await db_connection.fetchval("SELECT count(*) FROM dataset_consent WHERE drawn_year = 2027")
        == 1
    )


@pytest.mark.usefixtures("codebook")
async def test_other_files_are_refused(
    uows: UnitOfWorkFactory, db_connection: asyncpg.Connection, receipts: Receipts
) -> None:
    drawn = await put_back(uows, db_connection, receipts)
    other = await approved(uows, Receipts(receipts.folder / "elsewhere"))
    assert other is not None
    files = published(drawn)

    with pytest.raises(StartupError, match="not of the draw that was made in 2026"):
        await restore_dataset(uows, receipts, APPROVER, read_edition(published(other)))
    with pytest.raises(StartupError, match=r"There is no flags\.csv"):
        await restore_dataset(
            uows, receipts, APPROVER, read_edition({"privacy.json": files["privacy.json"]})
        )
    with pytest.raises(StartupError, match=r"flags\.csv can't be as it was published"):
        await restore_dataset(uows, receipts, APPROVER, read_edition(files | {"flags.csv": b""}))
