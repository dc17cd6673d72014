"""What is published stays as it is."""

import asyncio
from dataclasses import replace
from hashlib import sha256

import pytest
from sqlalchemy import text

from dressform.db.errors import ConstraintError
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import AlreadyPublished, NotFound
from dressform.policy.periods import start_of_day
from dressform.repositories.editions import Edition, EditionFile, Editions
from tests.conftest import MovableClock
from tests.helpers.editions import EDITION, FILES, NAMES, PEOPLE, publish_edition


async def publish(
    uows: UnitOfWorkFactory, edition: Edition, files: tuple[EditionFile, ...]
) -> None:
    async with uows.transaction() as uow:
        await Editions(uow).publish(edition, files)


async def names(uows: UnitOfWorkFactory) -> list[str]:
    uow = uows.read()
    return [edition.name for edition in await Editions(uow).list_all()]


async def test_it_is_read_as_it_was_published(uows: UnitOfWorkFactory, clock: MovableClock) -> None:
    await publish_edition(uows)

    uow = uows.read()
    editions = Editions(uow)
    (edition,) = await editions.list_all()
    files = await editions.list_files("2027")
    file = await editions.get_file("2027", "people.csv")
    content = await editions.read_part(file, 0, file.size)
    assert (edition.name, edition.codebook, edition.count) == ("2027", "core", 2431)
    assert edition.published_at == start_of_day(clock.at)
    assert edition == await one(uows, "2027")
    assert [file.name for file in files] == NAMES
    assert (file.media_type, file.title) == ("text/csv", "10,000 synthetic people")
    assert (file.size, file.sha256) == (len(PEOPLE), sha256(PEOPLE).digest())
    assert content == PEOPLE


async def one(uows: UnitOfWorkFactory, name: str) -> Edition:
    uow = uows.read()
    return await Editions(uow).get(name)


@pytest.mark.parametrize(("start", "length"), [(0, 1), (5, 7), (700_000, 10), (2, 400_000)])
async def test_a_part_is_read_as_a_part(uows: UnitOfWorkFactory, start: int, length: int) -> None:
    await publish_edition(uows)

    uow = uows.read()
    file = await Editions(uow).get_file("2027", "people.csv")
    part = await Editions(uow).read_part(file, start, length)

    assert part == PEOPLE[start : start + length]


async def test_the_newest_comes_first(uows: UnitOfWorkFactory, clock: MovableClock) -> None:
    await publish_edition(uows, "2027")
    clock.advance(days=366)
    await publish_edition(uows, "2027-2028")
    await publish_edition(uows, "2028")

    assert await names(uows) == ["2028", "2027-2028", "2027"]


async def test_the_same_once_more_changes_nothing(
    uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await publish_edition(uows)
    first = await one(uows, "2027")
    clock.advance(days=1)
    await publish(uows, EDITION, tuple(reversed(FILES)))

    assert await one(uows, "2027") == first


OTHERS = {
    "content": (EDITION, (replace(FILES[0], content=b"x"), *FILES[1:])),
    "title": (EDITION, (replace(FILES[0], title="x"), *FILES[1:])),
    "media type": (EDITION, (replace(FILES[0], media_type="text/plain"), *FILES[1:])),
    "fewer": (EDITION, FILES[1:]),
    "more": (EDITION, (*FILES, replace(FILES[0], name="more.csv"))),
    "count": (replace(EDITION, count=2432), FILES),
    "codebook": (replace(EDITION, codebook="full"), FILES),
}


@pytest.mark.parametrize(("edition", "files"), OTHERS.values(), ids=OTHERS)
async def test_what_is_published_is_never_changed(
    uows: UnitOfWorkFactory, edition: Edition, files: tuple[EditionFile, ...]
) -> None:
    await publish_edition(uows)
    before = await stored(uows)

    with pytest.raises(AlreadyPublished, match="The edition 2027 is published already"):
        await publish(uows, edition, files)

    assert await stored(uows) == before


async def stored(uows: UnitOfWorkFactory) -> list[tuple[object, ...]]:
    query = "SELECT f.*, e.* FROM dataset_file f JOIN dataset_edition e ON e.name = edition"
    uow = uows.read()
    rows = await uow.connection.execute(text(f"{query} ORDER BY f.name"))
    return [tuple(row) for row in rows]


async def test_of_two_that_publish_at_once_one_does(uows: UnitOfWorkFactory) -> None:
    other = (replace(FILES[0], content=b"x"), *FILES[1:])

    ended = await asyncio.gather(
        publish(uows, EDITION, FILES), publish(uows, EDITION, other), return_exceptions=True
    )

    assert [type(one) for one in ended if one is not None] == [AlreadyPublished]
    assert len(await stored(uows)) == len(FILES)


async def test_what_fails_half_way_leaves_nothing(uows: UnitOfWorkFactory) -> None:
    twice = (*FILES, FILES[0])

    with pytest.raises(ConstraintError):
        await publish(uows, EDITION, twice)

    assert await names(uows) == []


@pytest.mark.parametrize("name", ["", "../people.csv", "a/b", ".hidden", "é.csv", "a\n", "a" * 101])
async def test_no_file_is_published_that_could_not_be_asked_for(
    uows: UnitOfWorkFactory, name: str
) -> None:
    with pytest.raises(ValueError, match="be requested by its name"):
        await publish(uows, EDITION, (replace(FILES[0], name=name),))


@pytest.mark.parametrize("name", ["", "27", "2027-28", "2027/2028", "latest", "2027\n"])
async def test_an_edition_is_named_for_its_years(uows: UnitOfWorkFactory, name: str) -> None:
    with pytest.raises(ValueError, match="be requested by its name"):
        await publish(uows, replace(EDITION, name=name), FILES)


async def test_what_is_not_there_is_not_found(uows: UnitOfWorkFactory) -> None:
    await publish_edition(uows)

    uow = uows.read()
    for edition, file in [("2028", "people.csv"), ("2027", "nobody.csv")]:
        with pytest.raises(NotFound):
            await Editions(uow).get_file(edition, file)
    with pytest.raises(NotFound):
        await Editions(uow).get("2028")
    assert await Editions(uow).list_files("2028") == []


DRAW = "INSERT INTO dataset_draw (year, proposed_at, drawn_at, count, codebook) VALUES "
DRAWS = {
    "": False,
    "(2027, now(), null, null, null)": False,
    "(2027, now(), now(), 1432, null)": False,
    "(2027, now(), now(), 2431, 'core')": True,
    "(2027, now(), now(), 2431, 'core'), (2028, now(), now(), 904, null)": False,
    "(2027, now(), now(), 1432, null), (2028, now(), now(), 2431, 'core')": True,
    "(2027, now(), now(), 2431, 'core'), (2028, now(), null, null, null)": True,
}


@pytest.mark.parametrize(("draws", "sufficed"), DRAWS.items())
async def test_the_last_count_decides(
    uows: UnitOfWorkFactory, draws: str, *, sufficed: bool
) -> None:
    """One that was only proposed is none."""
    async with uows.transaction() as uow:
        if draws:
            await uow.connection.execute(text(DRAW + draws))

    reader = uows.read()
    assert await Editions(reader).was_last_count_sufficient() is sufficed
