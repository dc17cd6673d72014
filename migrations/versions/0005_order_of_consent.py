"""A consent is never withdrawn before it was given."""

from collections.abc import Sequence

from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NAME = "ck_dataset_consent_withdrawn_after_given"


def upgrade() -> None:
    # Requests that waited for each other wrote the times in the order in which they were sent.
    op.execute("UPDATE dataset_consent SET withdrawn_at = given_at WHERE withdrawn_at < given_at")
    op.create_check_constraint(op.f(_NAME), "dataset_consent", "withdrawn_at >= given_at")


def downgrade() -> None:
    op.drop_constraint(op.f(_NAME), "dataset_consent")
