"""Accounts that were moved here from another site, for 30 days."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0022"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_AT = postgresql.TIMESTAMP(timezone=True)
_EXPIRES_AT = "((imported_at) AT TIME ZONE 'UTC' + INTERVAL '2592000 seconds') AT TIME ZONE 'UTC'"


def upgrade() -> None:
    op.create_table(
        "imported_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_hash", sa.LargeBinary(), nullable=False),
        sa.Column("imported_at", _AT, nullable=False),
        sa.Column("expires_at", _AT, sa.Computed(_EXPIRES_AT, persisted=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_account")),
        sa.UniqueConstraint("source_hash", name=op.f("uq_imported_account_source_hash")),
    )
    op.create_index(op.f("ix_imported_account_expires_at"), "imported_account", ["expires_at"])
    # As of every table of members: see 0008.
    op.execute(
        "ALTER TABLE imported_account ALTER COLUMN id SET STATISTICS 0, "
        "ALTER COLUMN source_hash SET STATISTICS 0"
    )
    op.execute(
        "ALTER TABLE imported_account SET (autovacuum_vacuum_scale_factor = 0, "
        "autovacuum_vacuum_threshold = 0, vacuum_index_cleanup = on)"
    )


def downgrade() -> None:
    op.drop_table("imported_account")
