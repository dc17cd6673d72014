"""Many accounts at once, as large as the service would make them."""

import asyncpg

BATCH = 50_000

# 200 bytes an account and a profile, 900 a model of 38 measurements: none of these is ever opened.
_FILL = """
WITH made AS (
    INSERT INTO account (id, email_index, created_at, last_login_at, version, sealed)
    SELECT gen_random_uuid(), sha256(('filled' || n)::bytea), now() - interval '1 year',
        now() - interval '1 minute' * (n % 100000), 1, {bytes_200}
    FROM generate_series($1::int, $2::int) n
    RETURNING id
), keys AS (
    INSERT INTO account_key SELECT id, '{key_id}', sha256('k') FROM made
), profiles AS (
    INSERT INTO profile SELECT id, sha256(id::text::bytea), 1, {bytes_200} FROM made
), sessions AS (
    INSERT INTO session (id, account_id, month_of_login, next_mark, sealed)
    SELECT gen_random_uuid(), id, now(), sha256('m'), sha256('s') FROM made
)
INSERT INTO model (id, account_id, position, version, sealed)
SELECT gen_random_uuid(), id, position, 1, {bytes_900} FROM made, generate_series(1, 2) AS position
"""


async def filled(raw: asyncpg.Connection, key_id: str, accounts: int) -> None:
    """So many, each with a profile, a session and two models."""
    statement = _FILL.format(
        key_id=key_id,
        bytes_200="||".join(["sha256('x')"] * 6),
        bytes_900="||".join(["sha256('y')"] * 28),
    )
    # The rows refer to each other; to check that a million times over proves nothing here.
    await raw.execute("SET session_replication_role = replica")
    for first in range(1, accounts + 1, BATCH):
        await raw.execute(statement, first, min(first + BATCH - 1, accounts))
    await raw.execute("RESET session_replication_role")
