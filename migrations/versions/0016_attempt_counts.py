"""Count attempts in an unlogged table, for all processes together."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "attempt_count",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("hour", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "expires_at",
            sa.TIMESTAMP(timezone=True),
            sa.Computed(
                "(hour AT TIME ZONE 'UTC' + INTERVAL '2 hours') AT TIME ZONE 'UTC'",
                persisted=True,
            ),
            nullable=False,
        ),
        prefixes=["UNLOGGED"],
    )
    op.create_index("ix_attempt_count_expires_at", "attempt_count", ["expires_at"])
    op.execute("ALTER TABLE attempt_count ALTER COLUMN id SET STATISTICS 0")


def downgrade() -> None:
    op.drop_table("attempt_count")
    # Earlier versions refuse to start with a key whose purpose they do not know.
    op.execute("DELETE FROM service_secret WHERE purpose = 'limits'")
