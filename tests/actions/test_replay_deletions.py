"""A database that was put back from a backup: refused, and all that was deleted is deleted again."""

import re
from collections import Counter
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest

from dressform.actions import replay_deletions as replaying
from dressform.actions.check_journal import compare_journal
from dressform.actions.replay_deletions import replay_deletions
from dressform.actions.tidy_journal import tidy_journal
from dressform.bootstrap import bootstrap
from dressform.db.errors import DatabaseError
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import StartupError, Unavailable
from dressform.journal.entries import DeletionKind
from dressform.opendata.consent import CURRENT
from dressform.policy.account_data import PROFILE
from dressform.repositories.accounts import Accounts
from dressform.repositories.consents import Consents
from dressform.settings.settings import Settings
from dressform.worker.enforce import enforce
from tests.conftest import WITHOUT_CLOCK_GUARD, MovableClock
from tests.helpers.coarse_times import end_of
from tests.helpers.databases import isolated_database
from tests.journal.backups import (
    NAMES,
    all_models,
    ask,
    backup,
    content_of,
    delete_one_of_each,
    fill,
    journal_of,
    owner_of,
    rows,
)

ONE_OF_EACH = Counter(dict.fromkeys(DeletionKind, 1))


@pytest.fixture
async def filled(isolated_settings: Settings, clock: MovableClock) -> Settings:
    async with bootstrap(isolated_settings, clock) as (uows, _):
        await fill(uows)
    return isolated_settings


async def refused(settings: Settings, clock: MovableClock) -> str:
    with pytest.raises(StartupError) as caught:
        async with bootstrap(settings, clock):
            pass
    return str(caught.value)


async def replayed(settings: Settings, clock: MovableClock) -> Counter[DeletionKind]:
    async with bootstrap(settings, clock, skip_journal_check=True) as (uows, _):
        return await replay_deletions(uows)


async def test_what_was_deleted_since_the_backup_is_deleted_again(
    filled: Settings, clock: MovableClock
) -> None:
    async with backup(filled) as copy:
        async with bootstrap(filled, clock) as (uows, _):
            variant = await delete_one_of_each(uows)
            whole = next(each for each in await all_models(uows, await owner_of(uows, "ada")))
        expected, in_backup = await rows(filled), await rows(copy)
        assert expected != in_backup

        said = await refused(copy, clock)
        assert "does not know of 5 deletions" in said
        assert "`dressform restore replay`" in said
        assert await rows(copy) == in_backup
        clock.advance(days=3)
        done = await replayed(copy, clock)

        assert done == ONE_OF_EACH
        assert await rows(copy) == expected
        async with bootstrap(copy, clock) as (uows, _):
            (left,) = await all_models(uows, await owner_of(uows, "ada"))
            assert (left.id, left.body) == (variant, whole.body)
            assert left.based_on is None
            uow = uows.read()
            consent = await Consents(uow).get(await owner_of(uows, "cyd"))
        assert consent is not None
        assert [each.act for each in consent.acts] == ["given", "withdrawn"]
        assert f"{consent.withdrawn_at:%Y-%m-%d}" == "2026-03-01"


async def test_a_second_replay_does_nothing_and_an_older_backup_needs_another(
    filled: Settings, clock: MovableClock
) -> None:
    async with backup(filled) as oldest, backup(filled) as older:
        async with bootstrap(filled, clock) as (uows, _):
            await delete_one_of_each(uows)
        await replayed(older, clock)
        before = content_of(filled)

        assert await replayed(older, clock) == Counter()
        assert content_of(filled) == before
        assert "deletions" in await refused(oldest, clock)
        assert await replayed(oldest, clock) == ONE_OF_EACH
        async with bootstrap(oldest, clock):
            pass


async def test_a_backup_from_between_two_deletions_needs_the_second_alone(
    filled: Settings, clock: MovableClock
) -> None:
    async with bootstrap(filled, clock) as (uows, _), uows.transaction() as uow:
        await Accounts(uow).delete(await owner_of(uows, "eve"))
    async with backup(filled) as copy:
        async with bootstrap(copy, clock):
            pass  # Nothing happened since.
        async with bootstrap(filled, clock) as (uows, _), uows.transaction() as uow:
            await Accounts(uow).delete(await owner_of(uows, "bob"))

        assert "1 deletions" in await refused(copy, clock)
        assert await replayed(copy, clock) == Counter({DeletionKind.ACCOUNT: 1})


async def test_an_interrupted_replay_goes_on_where_it_was(
    filled: Settings, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "BATCH", 1)
    monkeypatch.setattr(replaying, "PAGE", 1)
    async with backup(filled) as copy:
        async with bootstrap(filled, clock) as (uows, _):
            for name in ("eve", "bob"):
                async with uows.transaction() as uow:
                    await Accounts(uow).delete(await owner_of(uows, name))
        await ask(
            copy,
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " IF (SELECT count(*) FROM account) < 3 THEN RAISE 'power cut'; END IF;"
            " RETURN NULL; END $$",
        )
        await ask(copy, "CREATE TRIGGER fail AFTER DELETE ON account EXECUTE FUNCTION fail()")
        with pytest.raises(DatabaseError):
            await replayed(copy, clock)
        assert (await rows(copy))["account"] == 3
        assert "deletions" in await refused(copy, clock)
        await ask(copy, "DROP TRIGGER fail ON account")

        assert await replayed(copy, clock) == Counter({DeletionKind.ACCOUNT: 1})
        assert (await rows(copy))["account"] == 2


async def test_what_ended_by_its_window_is_ended_again_in_one_line_a_batch(
    filled: Settings, clock: MovableClock
) -> None:
    """A backup may know of no later login, and of no warning: its own rules would let them stay."""
    async with backup(filled) as copy:
        clock.at = end_of(PROFILE, clock()) + timedelta(days=1)
        async with bootstrap(filled, clock) as (uows, _):
            await enforce(
                PROFILE, uows, now=clock(), scheduled_for=clock(), guard=WITHOUT_CLOCK_GUARD
            )
        assert (await rows(filled))["account"] == 0
        lines = [line for line in content_of(filled).splitlines() if "deleted" in line]
        assert len(lines) == 1

        assert await replayed(copy, clock) == Counter({DeletionKind.ACCOUNT: len(NAMES)})
        assert (await rows(copy))["account"] == 0


async def test_who_waits_locked_for_a_late_warning_gets_nothing_back(
    filled: Settings, clock: MovableClock
) -> None:
    """They are read by nobody, but a link in a late mail opens the account again."""
    async with backup(filled) as copy:
        async with bootstrap(filled, clock) as (uows, _):
            await delete_one_of_each(uows)
        expected = await rows(filled)
        await ask(copy, "UPDATE account SET last_login_at = '2025-02-20Z', warned_at = NULL")

        assert await replayed(copy, clock) == ONE_OF_EACH
        assert await rows(copy) == expected


async def test_who_withdrew_and_agreed_again_since_is_asked_again(
    filled: Settings, clock: MovableClock
) -> None:
    """The proof of the second agreement is lost. The withdrawal is of the first alone."""
    async with backup(filled) as copy:
        async with bootstrap(filled, clock) as (uows, _):
            cyd = await owner_of(uows, "cyd")
            async with uows.transaction() as uow:
                await Consents(uow).withdraw(cyd)
            async with uows.transaction() as uow:
                await Consents(uow).give(cyd, CURRENT["en"], None)

        assert await replayed(copy, clock) == Counter({DeletionKind.CONSENT: 1})
        assert (await rows(copy))["consent"] == len(NAMES) - 1
        async with bootstrap(copy, clock) as (uows, _), uows.transaction() as uow:
            await Consents(uow).give(cyd, CURRENT["en"], None)
        await ask(copy, "DELETE FROM deletion_mark")
        assert await replayed(copy, clock) == Counter()
        assert (await rows(copy))["consent"] == len(NAMES)


async def test_what_was_rolled_back_is_not_deleted_after_a_restore(
    filled: Settings, clock: MovableClock
) -> None:
    """The entry is on the disk before the database decides."""
    async with backup(filled) as copy:
        await ask(
            filled,
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE 'refused at the last moment'; END $$",
        )
        await ask(
            filled,
            "CREATE CONSTRAINT TRIGGER refuse AFTER DELETE ON account DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION refuse()",
        )
        async with bootstrap(filled, clock) as (uows, _):
            with pytest.raises(DatabaseError):
                await erased(uows, "eve")
            assert '"number": 1' in content_of(filled)
        async with bootstrap(filled, clock), bootstrap(copy, clock):
            pass  # It is only an attempt: nothing is refused for it.
        assert await replayed(copy, clock) == Counter()

        await ask(filled, "DROP TRIGGER refuse ON account")
        async with bootstrap(filled, clock) as (uows, _):
            await erased(uows, "bob")
        assert await replayed(copy, clock) == Counter({DeletionKind.ACCOUNT: 1})
        async with bootstrap(copy, clock) as (uows, _):
            await owner_of(uows, "eve")


async def test_a_process_that_dies_before_it_confirms_is_confirmed_by_the_next(
    filled: Settings, clock: MovableClock
) -> None:
    async with backup(filled) as copy:
        async with bootstrap(filled, clock) as (uows, _):
            await erased(uows, "eve")
        (path,) = journal_of(filled)
        path.write_text("\n".join(path.read_text().splitlines()[:-1]))
        async with bootstrap(copy, clock):
            pass  # Nobody was told that eve is gone, and nobody can know it now.

        async with bootstrap(filled, clock):
            pass

        assert path.read_text().splitlines()[-1] == '{"committed": 1}'
        assert await replayed(copy, clock) == Counter({DeletionKind.ACCOUNT: 1})


async def erased(uows: UnitOfWorkFactory, name: str) -> None:
    owner = await owner_of(uows, name)
    async with uows.transaction() as uow:
        await Accounts(uow).delete(owner)


async def test_entries_end_when_no_backup_can_be_older(
    filled: Settings, clock: MovableClock
) -> None:
    async with backup(filled) as copy, bootstrap(filled, clock) as (uows, _):
        await erased(uows, "eve")
        clock.advance(days=1)
        await erased(uows, "bob")
        assert len(journal_of(filled)) == 2

        clock.advance(days=30)
        assert await tidy_journal(uows) == 1

        (left,) = journal_of(filled)
        assert left.name.startswith("2026-03-02-")
        assert await replayed(copy, clock) == Counter({DeletionKind.ACCOUNT: 1})
        clock.advance(days=1)
        await tidy_journal(uows)
        # The replay wrote its own, of the day on which it was.
        assert [each.name[:10] for each in journal_of(filled)] == ["2026-04-01"]
        clock.advance(days=36)
        await tidy_journal(uows)
    assert journal_of(filled) == []
    assert await ask(filled, "SELECT count(*) FROM deletion_mark") == 0


async def test_a_new_database_beside_an_old_folder_starts_and_leaves_it_to_its_window(
    filled: Settings, settings: Settings, template: str, clock: MovableClock
) -> None:
    """As where only `var/postgres` was removed: another key, by which nothing here can be read."""
    async with bootstrap(filled, clock) as (uows, _):
        await erased(uows, "eve")
    async with (
        isolated_database(settings, template=template) as empty,
        bootstrap(empty, clock) as (uows, _),
    ):
        found = await compare_journal(uows)
        assert (list(found.files), found.unknown_hashes) == ([], [])
        assert uows.journal.list_foreign_files() == journal_of(filled)
        clock.advance(days=32)
        await tidy_journal(uows)
    assert journal_of(filled) == []


async def test_a_file_that_is_lost_or_on_another_host_is_told_and_refuses_nothing(
    filled: Settings, clock: MovableClock, tmp_path: Path
) -> None:
    """Each host has a folder of its own, and refuses by itself until it has replayed."""
    other = filled.model_copy(update={"state_dir": tmp_path / "other host"})
    async with backup(filled) as copy:
        copy_of_other = copy.model_copy(update={"state_dir": other.state_dir})
        async with bootstrap(filled, clock) as (uows, _):
            await erased(uows, "eve")
        async with bootstrap(other, clock) as (uows, _):
            await erased(uows, "bob")
            assert (await compare_journal(uows)).missing_file_count == 1

        assert await replayed(copy, clock) == Counter({DeletionKind.ACCOUNT: 1})
        assert "1 deletions" in await refused(copy_of_other, clock)
        assert await replayed(copy_of_other, clock) == Counter({DeletionKind.ACCOUNT: 1})
        assert (await rows(copy))["account"] == len(NAMES) - 2


async def test_a_damaged_file_is_named_and_can_be_done_without(
    filled: Settings, clock: MovableClock
) -> None:
    async with backup(filled) as copy:
        async with bootstrap(filled, clock) as (uows, _):
            for name in ("eve", "bob"):
                await erased(uows, name)
        (path,) = journal_of(filled)
        whole = path.read_text()
        path.write_text(whole.replace('"number": 1, "deleted"', '"number": 1, "del\0ted"'))

        with pytest.raises(StartupError, match=rf"{path.name} is damaged: 1 of its entries"):
            await replayed(copy, clock)
        assert (await rows(copy))["account"] == len(NAMES)
        async with bootstrap(copy, clock, skip_journal_check=True) as (uows, _):
            done = await replay_deletions(uows, without_damaged=True)

        assert done == Counter({DeletionKind.ACCOUNT: 1})
        async with bootstrap(copy, clock):
            pass


async def test_a_database_that_is_put_back_while_it_is_in_use_takes_no_deletion(
    filled: Settings, clock: MovableClock, caplog: pytest.LogCaptureFixture
) -> None:
    """As after a failover to a standby that was behind."""
    async with bootstrap(filled, clock) as (uows, _):
        await erased(uows, "eve")
        await erased(uows, "bob")
        await ask(filled, "UPDATE deletion_mark SET number = 0")

        with pytest.raises(Unavailable):
            await erased(uows, "cyd")
        await tidy_journal(uows)

    assert (await rows(filled))["account"] == 2
    assert "older than the deletion journal" in caplog.text
    assert "put back from a backup" in caplog.text


async def test_where_the_journal_cannot_be_written_nothing_is_deleted(
    filled: Settings, clock: MovableClock, caplog: pytest.LogCaptureFixture
) -> None:
    before = await rows(filled)
    blocked = filled.state_dir / "deletions"
    blocked.write_text("a file in the place of the folder")
    async with bootstrap(filled, clock) as (uows, _):
        with pytest.raises(Unavailable):
            await erased(uows, "eve")
        with pytest.raises(Unavailable):
            await delete_one_of_each(uows)
        clock.at = end_of(PROFILE, clock()) + timedelta(days=1)
        with pytest.raises(Unavailable):
            await enforce(
                PROFILE, uows, now=clock(), scheduled_for=clock(), guard=WITHOUT_CLOCK_GUARD
            )
        assert await rows(filled) == before
        assert "the deletion journal can't be written (" in caplog.text

        blocked.unlink()
        await enforce(
            PROFILE,
            uows,
            now=clock(),
            scheduled_for=clock() + timedelta(1),
            guard=WITHOUT_CLOCK_GUARD,
        )
    assert (await rows(filled))["account"] == 0


async def test_the_files_tell_nothing_to_whoever_has_no_key(
    filled: Settings, clock: MovableClock
) -> None:
    ids = await ask(filled, "SELECT string_agg(id::text, ' ') FROM account")
    ids += " " + await ask(filled, "SELECT string_agg(id::text, ' ') FROM model")
    async with bootstrap(filled, clock) as (uows, _):
        await delete_one_of_each(uows)
    content = content_of(filled)

    plain = [each.encode() for each in ids.split()] + [UUID(each).bytes for each in ids.split()]
    guesses = {
        sha256(kind.encode() + b"\0" + each).hexdigest() for each in plain for kind in DeletionKind
    }
    guesses |= {sha256(each).hexdigest() for each in plain}
    hashes = set(re.findall(r"[0-9a-f]{64}", content))
    assert len(hashes) == 5
    assert not hashes & guesses
    without = re.sub(r'"[0-9a-f]{64}"', "", content)
    assert set(re.findall(r"[a-z]+", without)) == {"number", "deleted", "committed"}
    assert not re.search(r"\d{3}", without)
