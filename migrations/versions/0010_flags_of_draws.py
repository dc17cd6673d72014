"""Which flags a draw took, how far off an edition is, and days in place of times."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0010"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_DAYS = (
    (
        "UPDATE dataset_draw SET"
        " proposed_at = date_trunc('day', proposed_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC',"
        " drawn_at = date_trunc('day', drawn_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC',"
        " restored_at = date_trunc('day', restored_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'"
    ),
    (
        "UPDATE dataset_edition SET"
        " published_at = date_trunc('day', published_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'"
    ),
)


def upgrade() -> None:
    op.add_column("dataset_draw", sa.Column("flags", postgresql.ARRAY(sa.Text())))
    op.add_column("dataset_edition", sa.Column("quality", postgresql.JSONB()))
    # Until now a draw took both flags, and there was one version of each codebook.
    op.execute(
        "UPDATE dataset_draw SET flags = ARRAY['with_breasts', 'without_breasts'],"
        " codebook = codebook || '-1' WHERE codebook IS NOT NULL"
    )
    for statement in _DAYS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("UPDATE dataset_draw SET codebook = split_part(codebook, '-', 1)")
    op.drop_column("dataset_edition", "quality")
    op.drop_column("dataset_draw", "flags")
