"""A registration that waits takes no name, and a used link is known for as long as it would have lived."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_AT = postgresql.TIMESTAMP(timezone=True)
_EXPIRES_AT = "((created_at) AT TIME ZONE 'UTC' + INTERVAL '604800 seconds') AT TIME ZONE 'UTC'"


def upgrade() -> None:
    op.drop_constraint(op.f("uq_sign_up_username_index"), "sign_up")
    op.alter_column("sign_up", "username_index", nullable=True)
    op.create_index(op.f("ix_sign_up_username_index"), "sign_up", ["username_index"])
    op.create_table(
        "confirmed_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("expires_at", _AT, sa.Computed(_EXPIRES_AT, persisted=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmed_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_confirmed_link_token_hash")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_confirmed_link_account_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(op.f("ix_confirmed_link_account_id"), "confirmed_link", ["account_id"])
    op.create_index(op.f("ix_confirmed_link_expires_at"), "confirmed_link", ["expires_at"])
    # As of every table of members: see 0008.
    op.execute(
        "ALTER TABLE confirmed_link ALTER COLUMN id SET STATISTICS 0, "
        "ALTER COLUMN account_id SET STATISTICS 0, ALTER COLUMN token_hash SET STATISTICS 0"
    )
    op.execute(
        "ALTER TABLE confirmed_link SET (autovacuum_vacuum_scale_factor = 0, "
        "autovacuum_vacuum_threshold = 0, vacuum_index_cleanup = on)"
    )


def downgrade() -> None:
    """Of the registrations that wait with one name only one is kept."""
    op.drop_table("confirmed_link")
    op.execute(
        "DELETE FROM sign_up WHERE username_index IS NULL OR id NOT IN "
        "(SELECT DISTINCT ON (username_index) id FROM sign_up ORDER BY username_index, id)"
    )
    op.drop_index(op.f("ix_sign_up_username_index"), "sign_up")
    op.alter_column("sign_up", "username_index", nullable=False)
    op.create_unique_constraint(op.f("uq_sign_up_username_index"), "sign_up", ["username_index"])
