"""Variants: a model may be based on another of the same account."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from dressform.errors import StartupError

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("model", sa.Column("base_id", sa.Uuid()))
    # Unique, so that a variant can point at both: no base of another account.
    op.drop_index(op.f("ix_model_account_id_id"), table_name="model")
    op.create_unique_constraint(op.f("uq_model_account_id_id"), "model", ["account_id", "id"])
    op.create_foreign_key(
        op.f("fk_model_account_id_base_id"),
        "model",
        "model",
        ["account_id", "base_id"],
        ["account_id", "id"],
        ondelete="SET NULL (base_id)",
    )
    op.create_index(
        op.f("ix_model_account_id_base_id"),
        "model",
        ["account_id", "base_id"],
        postgresql_where=sa.text("base_id IS NOT NULL"),
    )


def downgrade() -> None:
    variants = op.get_bind().scalar(sa.text("SELECT count(*) FROM model WHERE base_id IS NOT NULL"))
    if variants:
        raise StartupError(
            f"{variants} models are variants, which the older version would show without the "
            "values of their base. Have their owners make them whole first."
        )
    op.drop_index(op.f("ix_model_account_id_base_id"), table_name="model")
    op.drop_constraint(op.f("fk_model_account_id_base_id"), "model", type_="foreignkey")
    op.drop_constraint(op.f("uq_model_account_id_id"), "model", type_="unique")
    op.create_index(op.f("ix_model_account_id_id"), "model", ["account_id", "id"], unique=False)
    op.drop_column("model", "base_id")
