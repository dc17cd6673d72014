"""Count the outcomes of mails, and mark the addresses that take none."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("account", sa.Column("mail_refused_since", sa.TIMESTAMP(timezone=True)))
    op.create_table(
        "mail_count",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "kind", "outcome", "reason", name="pk_mail_count"),
    )


def downgrade() -> None:
    op.drop_table("mail_count")
    op.drop_column("account", "mail_refused_since")
    # Earlier versions know no such key.
    op.execute("DELETE FROM service_secret WHERE purpose = 'mail'")
