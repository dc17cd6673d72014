"""Migrations on databases of their own: up, down, up again, and several at once."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from dressform.bootstrap import bootstrap, create_pool, database_url, run_migrations
from dressform.db.connections import Autocommit
from dressform.db.migrate import _config, downgrade, is_current, migrate
from dressform.db.pool import for_sqlalchemy
from dressform.db.tables import Base
from dressform.repositories.access_log import SET_LOG_ROLE
from dressform.repositories.access_log_partitions import AccessLogPartitions
from dressform.settings.settings import Settings
from tests.helpers.databases import isolated_database


@pytest.fixture
async def fresh(settings: Settings) -> AsyncIterator[Settings]:
    async with isolated_database(settings) as own:
        yield own


@pytest.fixture
async def engine(fresh: Settings) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(for_sqlalchemy(database_url(fresh)), poolclass=NullPool)
    yield engine
    await engine.dispose()


def url_of(engine: AsyncEngine) -> str:
    return engine.url.render_as_string(hide_password=False)


async def tables(engine: AsyncEngine) -> set[str]:
    async with engine.connect() as connection:
        return set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))


def revisions() -> list[str]:
    found = ScriptDirectory.from_config(_config()).walk_revisions()
    return [script.revision for script in found][::-1]


async def test_each_step_goes_up_down_and_up_again(engine: AsyncEngine) -> None:
    below = "base"
    for revision in revisions():
        await migrate(url_of(engine), revision)
        went_up = await tables(engine)
        await downgrade(url_of(engine), below)
        await migrate(url_of(engine), revision)

        assert await tables(engine) == went_up
        below = revision
    await downgrade(url_of(engine), "base")

    assert await tables(engine) == {"alembic_version"}


def differences(connection: Connection) -> list[object]:
    options = {
        "compare_type": True,
        "include_object": lambda _, name, kind, *__: (
            not (kind == "table" and name.startswith("access_log_"))
        ),
    }
    context = MigrationContext.configure(connection, opts=options)
    found: list[object] = compare_metadata(context, Base.metadata)
    return found


async def test_the_tables_are_those_that_the_code_declares(engine: AsyncEngine) -> None:
    await migrate(url_of(engine))
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_difference_would_be_found(engine: AsyncEngine) -> None:
    await migrate(url_of(engine))
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE model ADD hair text"))
        await connection.execute(text("DROP INDEX ix_mail_email_index"))
        assert len(await connection.run_sync(differences)) == 2


async def test_a_consent_withdrawn_too_early_is_mended(engine: AsyncEngine) -> None:
    await migrate(url_of(engine), "0004")
    async with engine.begin() as connection:
        await connection.execute(
            text("ALTER TABLE dataset_consent DROP CONSTRAINT fk_dataset_consent_account_id")
        )
        await connection.execute(
            text(
                "INSERT INTO dataset_consent VALUES (gen_random_uuid(), '2026-03-01 12:00:01+00', "
                "'2026-03-01 12:00:00+00', 'en', '1', '')"
            )
        )

    await migrate(url_of(engine), "0005")

    async with engine.connect() as connection:
        query = text("SELECT withdrawn_at = given_at FROM dataset_consent")
        assert await connection.scalar(query) is True


CONSENTS = (
    """
    INSERT INTO account (id, email_index, created_at, last_login_at, version, sealed)
    SELECT ('00000000-0000-4000-8000-00000000000' || n)::uuid, n::text::bytea, '2025-01-01Z',
        '2025-01-01Z', 1, ''
    FROM generate_series(1, 4) n
    """,
    """
    INSERT INTO dataset_consent (account_id, given_at, withdrawn_at, language, text_version,
        text_sha256, counted, drawn_in)
    SELECT id, given_at, withdrawn_at, 'fr', '2', sha256(''), counted, drawn_in
    FROM (SELECT id, row_number() OVER (ORDER BY id) n FROM account) a JOIN (VALUES
        (1, '2026-02-27 23:59:59.5Z'::timestamptz, NULL::timestamptz, 1, 2026),
        (2, '2026-02-01 10:00Z', '2026-05-05 11:11Z', 1, 2026),
        (3, '2026-06-01 10:00Z', NULL, 1, 2026),
        (4, '2025-02-01 10:00Z', NULL, 0, 2025)
    ) c (n, given_at, withdrawn_at, counted, drawn_in) USING (n)
    """,
    """
    INSERT INTO dataset_draw (year, proposed_at, drawn_at, restored_at)
    VALUES (2025, '2025-03-01Z', '2025-03-01Z', '2025-04-01Z'), (2026, '2026-03-01Z', '2026-03-01Z', NULL)
    """,
)
"""Drawn; drawn, and withdrew since; drawn, withdrew, and agreed again since; perhaps drawn."""

ACTS = """
    SELECT string_agg(act || ' ' || to_char(acted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')
        || CASE WHEN a.id = given_id THEN ' stands' ELSE '' END
        || CASE WHEN a.id = drawn_under THEN ' drawn' ELSE '' END, ', ' ORDER BY number)
    FROM dataset_consent c JOIN dataset_consent_act a USING (account_id)
    WHERE (a.language, text_version, text_sha256) = ('fr', '2', sha256(''))
    GROUP BY account_id ORDER BY account_id
"""


async def test_the_last_consent_of_each_becomes_the_first_acts_on_record(
    engine: AsyncEngine,
) -> None:
    await migrate(url_of(engine), "0009")
    async with engine.begin() as connection:
        for command in CONSENTS:
            await connection.execute(text(command))

    await migrate(url_of(engine), "0010")

    async with engine.connect() as connection:
        assert list(await connection.scalars(text(ACTS))) == [
            "given 2026-02-27 00:00:00.000000 stands drawn",
            "given 2026-02-01 00:00:00.000000 drawn, withdrawn 2026-05-05 00:00:00.000000",
            "given 2026-06-01 00:00:00.000000 stands",
            "given 2025-02-01 00:00:00.000000 stands",
        ]
    await downgrade(url_of(engine), "0009")
    async with engine.connect() as connection:
        dates = await connection.execute(
            text(
                "SELECT given_at::date::text, withdrawn_at::date::text, counted, drawn_in"
                " FROM dataset_consent ORDER BY account_id"
            )
        )
        assert [tuple(row) for row in dates] == [
            ("2026-02-27", None, 1, 2026),
            ("2026-02-01", "2026-05-05", 1, 2026),
            ("2026-06-01", None, 1, 2026),
            ("2025-02-01", None, 0, 2025),
        ]


async def test_lines_of_privacy_acts_are_rewritten(engine: AsyncEngine) -> None:
    known = revisions()
    await migrate(url_of(engine), known[known.index("0009") - 1])
    lines = (
        ("PUT", "/v1/privacy/restriction", 403),
        ("POST", "/v1/privacy/erasure", 503),
        ("GET", "/v1/privacy/notice", 304),
        ("GET", "/v1/models", 200),
    )
    async with engine.begin() as connection:
        await connection.execute(text(SET_LOG_ROLE.sql))
        await connection.execute(
            text("CREATE TABLE access_log_all PARTITION OF access_log DEFAULT")
        )
        for method, route, status in lines:
            await connection.execute(
                text(
                    "INSERT INTO access_log VALUES "
                    "(now(), '203.0.113.9', :method, :route, :status, 7, gen_random_uuid())"
                ),
                {"method": method, "route": route, "status": status},
            )

    await migrate(url_of(engine))

    async with engine.begin() as connection:
        await connection.execute(text(SET_LOG_ROLE.sql))
        query = "SELECT method, route, status, duration_us FROM access_log ORDER BY route, status"
        assert [tuple(row) for row in await connection.execute(text(query))] == [
            ("GET", "/v1/models", 200, 7),
            ("ANY", "/v1/privacy/*", 200, 0),
            ("ANY", "/v1/privacy/*", 500, 0),
            ("GET", "/v1/privacy/notice", 304, 7),
        ]


async def test_two_at_once_migrate_once(fresh: Settings, engine: AsyncEngine) -> None:
    await asyncio.gather(run_migrations(fresh), run_migrations(fresh), run_migrations(fresh))

    assert await tables(engine) >= set(Base.metadata.tables)


async def test_it_is_current_only_at_the_newest(fresh: Settings) -> None:
    pool = create_pool(fresh)
    assert not await is_current(Autocommit(pool))
    await migrate(database_url(fresh))

    assert await is_current(Autocommit(pool))
    await pool.close()


async def test_migrating_again_keeps_what_is_there(fresh: Settings, engine: AsyncEngine) -> None:
    await run_migrations(fresh)
    async with bootstrap(fresh) as (uows, signing_keys), uows.transaction() as uow:
        await (await AccessLogPartitions.assume_role(uow)).ensure({uow.now.date()})
    before = await tables(engine)
    await run_migrations(fresh)

    assert await tables(engine) == before
    async with bootstrap(fresh) as (_, again):
        assert [key.to_bytes() for key in again] == [key.to_bytes() for key in signing_keys]


async def test_processes_that_start_together_make_one_set_of_secrets(fresh: Settings) -> None:
    await run_migrations(fresh)

    async def start() -> tuple[bytes, ...]:
        async with bootstrap(fresh) as (uows, signing_keys):
            return uows.keyrings.index.hash_email("a@b.example"), *[
                k.to_bytes() for k in signing_keys
            ]

    assert len(set(await asyncio.gather(*(start() for _ in range(5))))) == 1
