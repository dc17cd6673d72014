"""The open dataset: consents, draws, and what is published."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_AT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "dataset_consent",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("given_at", _AT, nullable=False),
        sa.Column("withdrawn_at", _AT),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text_version", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("model_id", sa.Uuid()),
        sa.Column("counted", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("drawn_in", sa.SmallInteger()),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_dataset_consent")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_dataset_consent_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "model_id"],
            ["model.account_id", "model.id"],
            name=op.f("fk_dataset_consent_account_id_model_id"),
            ondelete="SET NULL (model_id)",
        ),
    )
    op.create_index(
        op.f("ix_dataset_consent_account_id_model_id"),
        "dataset_consent",
        ["account_id", "model_id"],
        postgresql_where=sa.text("model_id IS NOT NULL"),
    )
    op.create_table(
        "dataset_draw",
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("proposed_at", _AT, nullable=False),
        sa.Column("proposed_by", sa.Uuid()),
        sa.Column("approved_by", sa.Uuid()),
        sa.Column("drawn_at", _AT),
        sa.Column("count", sa.Integer()),
        sa.Column("codebook", sa.String()),
        sa.Column("statistics", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_dataset_draw")),
        *(
            sa.ForeignKeyConstraint(
                [by], ["account.id"], name=op.f(f"fk_dataset_draw_{by}"), ondelete="SET NULL"
            )
            for by in ("proposed_by", "approved_by")
        ),
    )
    for by in ("proposed_by", "approved_by"):
        op.create_index(op.f(f"ix_dataset_draw_{by}"), "dataset_draw", [by])
    op.create_table(
        "dataset_edition",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("published_at", _AT, nullable=False),
        sa.Column("codebook", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_dataset_edition")),
    )
    op.create_table(
        "dataset_file",
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("edition", "name", name=op.f("pk_dataset_file")),
        sa.ForeignKeyConstraint(
            ["edition"],
            ["dataset_edition.name"],
            name=op.f("fk_dataset_file_edition"),
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    for table in ("dataset_file", "dataset_edition", "dataset_draw", "dataset_consent"):
        op.drop_table(table)
