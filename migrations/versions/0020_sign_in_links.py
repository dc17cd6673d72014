"""Links and codes that sign in: several of an account may be valid, each of another request."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_COLUMNS_BEFORE = ["account_id", "purpose"]
_UNIQUE_BEFORE = "uq_one_time_token_account_id_purpose"
_UNIQUE = "uq_one_time_token_account_id_purpose_request_hash"


def upgrade() -> None:
    op.add_column(
        "one_time_token",
        sa.Column(
            "request_hash", sa.LargeBinary(), server_default=sa.text("''::bytea"), nullable=False
        ),
    )
    op.add_column(
        "one_time_token",
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
    )
    op.execute("ALTER TABLE one_time_token ALTER COLUMN request_hash SET STATISTICS 0")
    op.drop_constraint(_UNIQUE_BEFORE, "one_time_token")
    op.create_unique_constraint(_UNIQUE, "one_time_token", [*_COLUMNS_BEFORE, "request_hash"])
    op.create_index("ix_one_time_token_request_hash", "one_time_token", ["request_hash"])


def downgrade() -> None:
    op.execute("DELETE FROM mail WHERE kind = 'sign-in'")
    op.execute("DELETE FROM one_time_token WHERE purpose = 'sign-in'")
    op.drop_index("ix_one_time_token_request_hash", "one_time_token")
    op.drop_constraint(_UNIQUE, "one_time_token")
    op.create_unique_constraint(_UNIQUE_BEFORE, "one_time_token", _COLUMNS_BEFORE)
    op.drop_column("one_time_token", "tries")
    op.drop_column("one_time_token", "request_hash")
