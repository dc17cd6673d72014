"""Since when, or from when on, each key of the service is used."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("service_secret", sa.Column("active_from", postgresql.TIMESTAMP(timezone=True)))
    # A key was used from the next start of a process on: at the latest, say, as of now.
    op.execute("UPDATE service_secret SET active_from = created_at")
    op.alter_column("service_secret", "active_from", nullable=False)


def downgrade() -> None:
    # The earlier version uses the newest key, and derives the other two from that of the index.
    op.execute("DELETE FROM service_secret WHERE active_from > now()")
    op.execute("DELETE FROM service_secret WHERE purpose IN ('refresh', 'journal')")
    op.drop_column("service_secret", "active_from")
