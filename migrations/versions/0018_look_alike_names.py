"""Find usernames that look alike, and hold those that were given up."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TIMESTAMP = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    # Null until a worker has computed it: that needs the keys. Existing names may look alike.
    op.add_column("profile", sa.Column("skeleton_index", sa.LargeBinary()))
    op.create_index("ix_profile_skeleton_index", "profile", ["skeleton_index"])
    op.execute("ALTER TABLE profile ALTER COLUMN skeleton_index SET STATISTICS 0")
    op.create_table(
        "former_username",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("skeleton_index", sa.LargeBinary(), nullable=False),
        sa.Column("holder_hash", sa.LargeBinary()),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("released_at", TIMESTAMP, nullable=False),
        sa.Column(
            "expires_at",
            TIMESTAMP,
            sa.Computed(
                "(((released_at) AT TIME ZONE 'UTC') + INTERVAL '2592000 seconds') AT TIME ZONE 'UTC'",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_former_username"),
    )
    op.create_index("ix_former_username_skeleton_index", "former_username", ["skeleton_index"])
    op.create_index("ix_former_username_holder_hash", "former_username", ["holder_hash"])
    op.create_index("ix_former_username_expires_at", "former_username", ["expires_at"])
    for column in ("id", "skeleton_index", "holder_hash"):
        op.execute(f"ALTER TABLE former_username ALTER COLUMN {column} SET STATISTICS 0")


def downgrade() -> None:
    op.drop_table("former_username")
    op.drop_index("ix_profile_skeleton_index", "profile")
    op.drop_column("profile", "skeleton_index")
