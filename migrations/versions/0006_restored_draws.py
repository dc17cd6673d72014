"""Draws that were read back from what was published of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("dataset_draw", sa.Column("restored_at", postgresql.TIMESTAMP(timezone=True)))


def downgrade() -> None:
    op.drop_column("dataset_draw", "restored_at")
