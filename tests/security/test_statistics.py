"""The planner's statistics are copies of values: there are none of what must not be read, and none are missed."""

import os
import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import httpx
import pytest
from sqlalchemy import text

from dressform.api.app import create_app
from dressform.bootstrap import bootstrap, database_url, run_migrations
from dressform.db import embedded
from dressform.db.migrate import migrate
from dressform.db.tables import Base
from dressform.db.tables.base import has_statistics
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.account_data import MODEL, PROFILE
from dressform.policy.sign_in_data import SESSION
from dressform.settings.settings import Settings
from dressform.worker.enforce import enforce
from dressform.worker.runner import create_tasks
from tests.bench.filling import filled
from tests.conftest import FAST_DATABASE, MASTER_KEY
from tests.helpers.access_log import insert_entries, make_entry
from tests.helpers.auth import erase, forgot, login, refresh, request_sign_in_mail, sessions
from tests.helpers.databases import isolated_database, transaction
from tests.helpers.members import Mailbox, MemberClient

HIDDEN = {
    (table.name, column.name)
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if not has_statistics(column)
}
MEMBERS = int(os.environ.get("PLANS_ACCOUNTS", "20000"))
LARGE = ("account", "account_key", "profile", "model", "session")


def test_statistics_are_kept_of_nothing_that_could_be_opened_or_found() -> None:
    kinds = {"sealed", "wrapped_key", "email_index", "username_index", "hash", "address", "id"}

    assert {name for _, name in HIDDEN} >= kinds


async def test_statistics_have_no_target_for_hidden_columns_in_tables_and_days(
    uows: UnitOfWorkFactory,
) -> None:
    await insert_entries(uows, make_entry(datetime(2031, 5, 5, 12, tzinfo=UTC)))
    uow = uows.read()
    rows = await uow.connection.execute(
        text(
            "SELECT regexp_replace(relname, '_[0-9]{8}$', ''), attname, attstattarget "
            "FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid "
            "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
            "AND attnum > 0 AND NOT attisdropped "
            # Other tests make days by hand.
            "AND (relname !~ '_[0-9]{8}$' OR relname = 'access_log_20310505')"
        )
    )
    found = [((table, column), target) for table, column, target in rows]

    assert {place for place, target in found if place in HIDDEN and target != 0} == set()
    assert {place for place, _ in found} >= HIDDEN
    assert {target for (table, _), target in found if table == "account_key"} > {0}


async def test_statistics_of_an_earlier_version_are_removed_by_the_migration(
    settings: Settings,
) -> None:
    async with isolated_database(settings) as own:
        await migrate(database_url(own), "0007")
        async with transaction(own) as connection:
            await connection.execute(
                text(
                    "INSERT INTO account (id, email_index, created_at, last_login_at, version, sealed) "
                    "SELECT gen_random_uuid(), sha256(n::text::bytea), now(), now(), 1, sha256('s') "
                    "FROM generate_series(1, 500) n"
                )
            )
            await connection.execute(text("ANALYZE account"))
        before = await columns_with_values(own)
        await migrate(database_url(own))
        after = await columns_with_values(own)

    assert {"email_index", "id"} <= before
    assert after & {name for table, name in HIDDEN if table == "account"} == set()
    assert "last_login_at" in after


async def columns_with_values(settings: Settings) -> set[str]:
    async with transaction(settings) as connection:
        rows = await connection.execute(
            text("SELECT attname FROM pg_stats WHERE tablename = 'account'")
        )
        return set(rows.scalars())


@pytest.fixture
def explaining() -> Iterator[embedded.Server]:
    """One that writes the plan of every statement to its log."""
    explain = {"session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": "0"}
    with (
        tempfile.TemporaryDirectory() as state,
        embedded.start_server(Path(state), settings=FAST_DATABASE | explain) as running,
    ):
        yield running


@pytest.mark.audit
@pytest.mark.timeout(400)
async def test_plans_without_these_statistics_read_no_large_table_from_end_to_end(
    explaining: embedded.Server, tmp_path: Path
) -> None:
    """A member's visits and a round of the worker, among many accounts."""
    settings = Settings(
        database_url=explaining.url(), master_keys=MASTER_KEY, state_dir=tmp_path, _env_file=None
    )
    await run_migrations(settings)
    async with bootstrap(settings):
        pass  # Creates the keys, without which nothing starts once there are accounts.
    raw = await asyncpg.connect(explaining.url(role="dressform").replace("+asyncpg", ""))
    await filled(raw, MASTER_KEY.partition(":")[0], MEMBERS)
    await raw.execute("ANALYZE")
    await raw.close()
    server_log = explaining.data.with_name("postgres.log")

    began = await use(settings, tmp_path, server_log)

    plans = server_log.read_text()[began:]
    assert "Index Scan using uq_account_email_index on account" in plans
    assert "Index Scan using uq_profile_username_index on profile" in plans
    found = re.findall(rf"Seq Scan on (?:{'|'.join(LARGE)})\b.*", plans)
    assert found == []


async def use(settings: Settings, folder: Path, server_log: Path) -> int:
    """Return where in the server's log the requests begin: a start looks for the ids of all keys."""
    app = create_app(settings)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=settings.public_url) as client,
    ):
        began = server_log.stat().st_size
        tasks = create_tasks(settings, app.state.dressform.uows)
        ada = MemberClient(client, Mailbox(folder / "mail", tasks.deliver_mails), "ada")
        await ada.register()
        await ada.confirm()
        for _ in range(3):
            await ada.sign_in()
        await ada.sign_in(ada.email)
        models = [await ada.add_model() for _ in range(6)]
        for model in models:
            assert (await ada.request("GET", f"/v1/models/{model}")).status_code == 200
            changed = await ada.request("PATCH", f"/v1/models/{model}", json={"name": "Mine"})
            assert changed.status_code == 200
            assert (await ada.request("DELETE", f"/v1/models/{model}")).status_code == 204
            for path in ("/v1/models", "/v1/profiles/me", "/v1/profiles/ada"):
                assert (await ada.request("GET", path)).status_code == 200
        await sessions(ada)
        assert (await refresh(ada)).status_code == 200
        await forgot(client, ada.email)
        await request_sign_in_mail(client, ada.email)
        assert (await login(client, "nobody", "not it at all")).status_code == 401
        await ada.mailbox.collect()
        for category in (PROFILE, MODEL, SESSION):
            at = tasks.uows.clock()
            await enforce(category, tasks.uows, now=at, scheduled_for=at, guard=tasks.guard)
        assert (await erase(ada)).status_code == 204
    return began
