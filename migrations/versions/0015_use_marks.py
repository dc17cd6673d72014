"""Mark the last uses of a session's tokens, so that parallel refreshes are told from replays."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # Sessions go on: the first rotation writes the column.
    op.add_column("session", sa.Column("use_marks", sa.LargeBinary()))
    op.execute("ALTER TABLE session ALTER COLUMN use_marks SET STATISTICS 0")


def downgrade() -> None:
    op.drop_column("session", "use_marks")
