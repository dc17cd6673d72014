"""Restricted accounts, outages of mail, and a log that does not tell privacy acts apart."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ENDS = {"ends_at": "ix_account_ends_at", "models_end_at": "ix_account_models_end_at"}
_ALWAYS = "(((last_login_at) AT TIME ZONE 'UTC') + INTERVAL '12 months') AT TIME ZONE 'UTC'"
_RESTRICTED = f"((({_ALWAYS}) AT TIME ZONE 'UTC') + INTERVAL '24 months') AT TIME ZONE 'UTC'"


def upgrade() -> None:
    _compute_ends(f"CASE WHEN restricted_at IS NOT NULL THEN {_RESTRICTED} ELSE {_ALWAYS} END")
    op.create_index(
        op.f("ix_account_restricted_ends_at"),
        "account",
        ["ends_at"],
        unique=False,
        postgresql_where=sa.text("restricted_at IS NOT NULL"),
    )
    op.create_table(
        "mail_outage",
        sa.Column("server", sa.String(), nullable=False),
        sa.Column("began_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("server", name=op.f("pk_mail_outage")),
    )
    # What the log holds from before: as new lines are written, and not by which act they were.
    op.execute("SET LOCAL ROLE dressform_log")
    op.execute(
        "UPDATE access_log SET method = 'ANY', route = '/v1/privacy/*', duration_us = 0, "
        "status = CASE WHEN status >= 500 THEN 500 ELSE 200 END WHERE route LIKE '/v1/privacy/%' "
        "AND route NOT IN ('/v1/privacy/notice', '/v1/privacy/status')"
    )
    op.execute("RESET ROLE")


def downgrade() -> None:
    # What the log no longer tells it can't tell again.
    op.drop_table("mail_outage")
    op.drop_index(op.f("ix_account_restricted_ends_at"), table_name="account")
    _compute_ends(_ALWAYS)


def _compute_ends(expression: str) -> None:
    """Before version 17 PostgreSQL changes no expression: the columns are made anew."""
    for name, index in _ENDS.items():
        op.drop_index(op.f(index), table_name="account")
        op.drop_column("account", name)
        op.add_column(
            "account",
            sa.Column(
                name,
                postgresql.TIMESTAMP(timezone=True),
                sa.Computed(expression, persisted=True),
                nullable=False,
            ),
        )
        op.create_index(op.f(index), "account", [name], unique=False)
