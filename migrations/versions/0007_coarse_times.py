"""No exact time of what a member did, and no diary of renewals."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_AT = postgresql.TIMESTAMP(timezone=True)
_MONTHS_12 = "((({since}) AT TIME ZONE 'UTC') + INTERVAL '12 months') AT TIME ZONE 'UTC'"
_SECONDS = "((({since}) AT TIME ZONE 'UTC') + INTERVAL '{seconds} seconds') AT TIME ZONE 'UTC'"


def upgrade() -> None:
    _coarsen("account", "created_at", "month")
    op.execute("UPDATE account SET last_login_at = coalesce(last_login_at, created_at)")
    _coarsen("account", "last_login_at", "day")
    _coarsen("account", "restricted_at", "day")
    op.alter_column("account", "last_login_at", nullable=False)
    _replace_end("account", "ends_at", _MONTHS_12.format(since="last_login_at"))
    _replace_end("account", "models_end_at", _MONTHS_12.format(since="last_login_at"))
    _coarsen("operator", "created_at", "day")
    _coarsen("mail", "created_at", "day")
    # Mails of one hour are delivered in this order: their times no longer tell it.
    op.add_column(
        "mail", sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False)
    )
    _coarsen("one_time_token", "created_at", "hour")
    _replace_end("one_time_token", "ends_at", _SECONDS.format(since="created_at", seconds=7200))
    _number_sign_ups()
    _replace_times_of_models()
    for table in ("picture", "avatar"):
        op.drop_column(table, "changed_at")
    _replace_sessions()


def downgrade() -> None:
    op.drop_table("session")
    _make_sessions_of_0001()
    for table in ("picture", "avatar"):
        op.add_column(table, sa.Column("changed_at", _AT, server_default=sa.func.now()))
        op.alter_column(table, "changed_at", nullable=False, server_default=None)
    for column in ("created_at", "updated_at"):
        op.add_column("model", sa.Column(column, _AT, server_default=sa.func.now()))
        op.alter_column("model", column, nullable=False, server_default=None)
    op.drop_index(op.f("ix_model_account_id_position"), table_name="model")
    op.drop_column("model", "position")
    op.drop_column("sign_up", "number")
    op.drop_column("mail", "number")
    _replace_end("one_time_token", "ends_at", _SECONDS.format(since="created_at", seconds=3600))
    op.alter_column("account", "last_login_at", nullable=True)
    since = "coalesce(last_login_at, created_at)"
    _replace_end("account", "ends_at", _MONTHS_12.format(since=since))
    _replace_end("account", "models_end_at", _MONTHS_12.format(since=since))


def _coarsen(table: str, column: str, unit: str) -> None:
    op.execute(f"UPDATE {table} SET {column} = date_trunc('{unit}', {column}, 'UTC')")  # noqa: S608  # nosec B608  # our names


def _replace_end(table: str, column: str, expression: str) -> None:
    """PostgreSQL before 17 can't change the expression of a generated column."""
    op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
    op.drop_column(table, column)
    computed = sa.Computed(expression, persisted=True)
    op.add_column(table, sa.Column(column, _AT, computed, nullable=False))
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _number_sign_ups() -> None:
    op.add_column("sign_up", sa.Column("number", sa.SmallInteger()))
    op.execute(
        "UPDATE sign_up SET number = ranked.number FROM (SELECT id, row_number() OVER "
        "(PARTITION BY email_index ORDER BY created_at, id) AS number FROM sign_up) AS ranked "
        "WHERE ranked.id = sign_up.id"
    )
    op.alter_column("sign_up", "number", nullable=False)
    _coarsen("sign_up", "created_at", "day")


def _replace_times_of_models() -> None:
    """From now on the days are sealed, for which a migration has no key: those of old models are gone."""
    op.add_column("model", sa.Column("position", sa.Integer()))
    op.execute(
        "UPDATE model SET position = ranked.position FROM (SELECT id, row_number() OVER "
        "(PARTITION BY account_id ORDER BY created_at, id) AS position FROM model) AS ranked "
        "WHERE ranked.id = model.id"
    )
    op.alter_column("model", "position", nullable=False)
    op.create_index(op.f("ix_model_account_id_position"), "model", ["account_id", "position"])
    op.drop_column("model", "created_at")
    op.drop_column("model", "updated_at")


def _replace_sessions() -> None:
    """Tokens of another kind continue no session: everybody signs in once more."""
    op.drop_table("refresh_token")
    op.drop_table("session")
    _make_session_table(
        sa.Column("month_of_login", _AT, nullable=False),
        sa.Column("next_mark", sa.LargeBinary(), nullable=False),
        sa.Column("used_hash", sa.LargeBinary()),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        since="month_of_login",
    )


def _make_sessions_of_0001() -> None:
    _make_session_table(
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("renewed_at", _AT, nullable=False),
        since="created_at",
    )
    op.create_table(
        "refresh_token",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", _AT),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["session.id"],
            name=op.f("fk_refresh_token_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_refresh_token")),
    )
    op.create_index(op.f("ix_refresh_token_session_id"), "refresh_token", ["session_id"])


def _make_session_table(*columns: sa.Column[object], since: str) -> None:
    end = sa.Computed(_SECONDS.format(since=since, seconds=7776000), persisted=True)
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        *columns,
        sa.Column("ends_at", _AT, end, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_session_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
    )
    for column in ("account_id", "ends_at"):
        op.create_index(op.f(f"ix_session_{column}"), "session", [column])
