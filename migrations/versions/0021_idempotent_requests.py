"""Requests that add models and may be repeated."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_AT = postgresql.TIMESTAMP(timezone=True)
_EXPIRES_AT = "((created_at) AT TIME ZONE 'UTC' + INTERVAL '86400 seconds') AT TIME ZONE 'UTC'"
_TABLE = "idempotent_request"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", _AT, sa.Computed(_EXPIRES_AT, persisted=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotent_request")),
        sa.UniqueConstraint(
            "account_id", "key_hash", name=op.f("uq_idempotent_request_account_id_key_hash")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_idempotent_request_account_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(op.f("ix_idempotent_request_expires_at"), _TABLE, ["expires_at"])
    # As of every table of members: see 0008.
    for column in ("id", "account_id", "key_hash", "sealed"):
        op.execute(f"ALTER TABLE {_TABLE} ALTER COLUMN {column} SET STATISTICS 0")
    op.execute(
        f"ALTER TABLE {_TABLE} SET (autovacuum_vacuum_scale_factor = 0, "
        "autovacuum_vacuum_threshold = 0, vacuum_index_cleanup = on)"
    )


def downgrade() -> None:
    op.drop_table(_TABLE)
