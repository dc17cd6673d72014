"""Runs inside the connection that `dressform migrate` hands over, in its one transaction.

The bare `alembic` command works as well: it finds the database as every command does.
"""

import asyncio

from alembic import context
from sqlalchemy import Connection

from dressform.db.tables import Base, access_log  # noqa: F401  the one that Base does not bring


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=lambda _, name, kind, *__: (
            not (kind == "table" and (name or "").startswith("access_log_"))
        ),
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        run(connection)
        return
    # Only the bare command comes here, and only it needs these.
    from dressform.db.migrate import run_standalone  # noqa: PLC0415
    from dressform.settings.loader import load_settings  # noqa: PLC0415

    asyncio.run(run_standalone(load_settings(), run))


main()
