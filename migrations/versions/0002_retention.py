"""What retention at full strength needs, and a role of its own for the visitors' addresses."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from dressform.errors import StartupError

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_MOMENT = postgresql.TIMESTAMP(timezone=True)
_PARTITIONS_CHANGE_HANDS = """
DO $$
DECLARE part regclass;
BEGIN
    FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'access_log'::regclass LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO dressform_log', part);
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.add_column("account", sa.Column("warned_days", sa.SmallInteger()))
    op.add_column("account", sa.Column("warned_at", _MOMENT))
    op.add_column("account", sa.Column("reopening_hash", sa.LargeBinary()))
    op.create_unique_constraint(op.f("uq_account_reopening_hash"), "account", ["reopening_hash"])
    # A constant default is no rewrite, whatever the size of the table.
    op.add_column("mail", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("mail", "failures", server_default=None)
    op.create_table(
        "operator",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_operator_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_operator")),
    )
    op.create_table(
        "lookup",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column(
            "ends_at",
            _MOMENT,
            sa.Computed(
                "(((at) AT TIME ZONE 'UTC') + INTERVAL '6 months') AT TIME ZONE 'UTC'",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lookup")),
    )
    op.create_index(op.f("ix_lookup_ends_at"), "lookup", ["ends_at"], unique=False)
    op.execute("ALTER TABLE lookup ALTER COLUMN sealed SET STORAGE EXTERNAL")
    op.create_table(
        "retention_hold",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("held_at", _MOMENT, nullable=False),
        sa.Column("approved_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("rule", name=op.f("pk_retention_hold")),
    )
    op.create_table(
        "set_aside",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("retry_at", _MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column(
            "ends_at",
            _MOMENT,
            sa.Computed(
                "(((started_at) AT TIME ZONE 'UTC') + INTERVAL '6 months') AT TIME ZONE 'UTC'",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("rule", "row_id", name=op.f("pk_set_aside")),
    )
    op.create_index(op.f("ix_set_aside_ends_at"), "set_aside", ["ends_at"], unique=False)
    _make_role_of_the_log()
    op.execute("GRANT USAGE, CREATE ON SCHEMA public TO dressform_log")
    op.execute(_PARTITIONS_CHANGE_HANDS)
    op.execute("ALTER TABLE access_log OWNER TO dressform_log")
    op.execute("ALTER TABLE spool_mark OWNER TO dressform_log")


def downgrade() -> None:
    # Only its owner may drop it, and only ours may be given back: empty.
    op.execute("SET LOCAL ROLE dressform_log")
    op.drop_table("spool_mark")
    op.drop_table("access_log")
    op.execute("RESET ROLE")
    op.create_table(
        "spool_mark",
        sa.Column("spool", sa.String(), nullable=False),
        sa.Column("shipped", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("spool", name=op.f("pk_spool_mark")),
    )
    op.create_table(
        "access_log",
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("address", postgresql.INET(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("duration_us", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_index(op.f("ix_access_log_address"), "access_log", ["address"], unique=False)
    op.create_index(
        op.f("ix_access_log_at"), "access_log", ["at"], unique=False, postgresql_using="brin"
    )
    op.drop_index(op.f("ix_set_aside_ends_at"), table_name="set_aside")
    op.drop_table("set_aside")
    op.drop_table("retention_hold")
    op.drop_index(op.f("ix_lookup_ends_at"), table_name="lookup")
    op.drop_table("lookup")
    op.drop_table("operator")
    op.drop_column("mail", "failures")
    op.drop_constraint(op.f("uq_account_reopening_hash"), "account", type_="unique")
    for name in ("reopening_hash", "warned_at", "warned_days"):
        op.drop_column("account", name)


def _make_role_of_the_log() -> None:
    """Made if we may; else a superuser has made it. Raises StartupError when nobody did."""
    connection = op.get_bind()
    us = connection.exec_driver_sql(
        "SELECT current_user, rolsuper, rolcreaterole, current_setting('server_version_num')::int, "
        "to_regrole('dressform_log') IS NOT NULL FROM pg_roles WHERE rolname = current_user"
    ).one()
    name, is_super, may_create, version, exists = us
    without_inheriting = " WITH INHERIT FALSE" if version >= 16_00_00 else ""  # noqa: PLR2004
    name = connection.dialect.identifier_preparer.quote(name)
    if not exists and (is_super or may_create):
        # A role belongs to the whole server: the migration of another database may create it now.
        connection.exec_driver_sql(
            "DO $$ BEGIN CREATE ROLE dressform_log NOLOGIN; "
            "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
        exists = True
        if not is_super:
            connection.exec_driver_sql(f"GRANT dressform_log TO {name}{without_inheriting}")
    if not exists or not _may_become_it(connection):
        raise StartupError(
            "The address log belongs to a database role of its own. As a superuser run "
            f"`CREATE ROLE dressform_log NOLOGIN; GRANT dressform_log TO {name}"
            f"{without_inheriting};` (once a server; where the role exists, the GRANT alone), then "
            "`dressform migrate` again."
        )


def _may_become_it(connection: sa.Connection) -> bool:
    asked = "SELECT pg_has_role('dressform_log', 'MEMBER')"
    return bool(connection.exec_driver_sql(asked).scalar_one())
