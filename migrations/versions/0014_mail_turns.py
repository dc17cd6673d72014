"""Order the outbox by kind and recipient, and find its mails by their recipient."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # Mails that wait now have no keyed hash: each is decided when its turn comes.
    op.add_column("mail", sa.Column("email_index", sa.LargeBinary()))
    op.add_column("mail", sa.Column("turn", sa.Integer(), server_default="0", nullable=False))
    op.execute("ALTER TABLE mail ALTER COLUMN email_index SET STATISTICS 0")
    op.create_index("ix_mail_email_index", "mail", ["email_index"])
    op.create_index("ix_mail_kind_turn_number", "mail", ["kind", "turn", "number"])
    op.create_index("ix_mail_kind_number", "mail", ["kind", "number"])
    op.drop_index("ix_mail_next_attempt_at", "mail")


def downgrade() -> None:
    op.create_index("ix_mail_next_attempt_at", "mail", ["next_attempt_at"])
    op.drop_index("ix_mail_kind_number", "mail")
    op.drop_index("ix_mail_kind_turn_number", "mail")
    op.drop_index("ix_mail_email_index", "mail")
    op.drop_column("mail", "turn")
    op.drop_column("mail", "email_index")
