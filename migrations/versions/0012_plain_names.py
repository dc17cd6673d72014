"""Name tables, columns, constraints and indexes by the usual words. No row changes."""

from collections.abc import Sequence

from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLES = (
    ("lookup", "audit_log_entry"),
    ("retention_hold", "purge_block"),
    ("set_aside", "quarantined_row"),
)

# By the new name of their table.
_COLUMNS = (
    ("account", "ends_at", "expires_at"),
    ("account", "models_end_at", "models_expire_at"),
    ("account", "warned_days", "last_notice_days"),
    ("account", "reopening_hash", "reactivation_token_hash"),
    ("sign_up", "ends_at", "expires_at"),
    ("session", "ends_at", "expires_at"),
    ("one_time_token", "ends_at", "expires_at"),
    ("mail", "ends_at", "expires_at"),
    ("mail", "due_at", "next_attempt_at"),
    ("dataset_consent", "counted", "times_counted"),
    ("dataset_consent", "drawn_in", "drawn_year"),
    ("retention_run", "ends_at", "expires_at"),
    ("retention_run", "cut_off", "cutoff_at"),
    ("purge_block", "held_at", "blocked_at"),
    ("quarantined_row", "ends_at", "expires_at"),
    ("audit_log_entry", "ends_at", "expires_at"),
)

# Renaming the index of a constraint renames the constraint.
_INDEXES = (
    ("ix_account_ends_at", "ix_account_expires_at"),
    ("ix_account_models_end_at", "ix_account_models_expire_at"),
    ("ix_account_restricted_ends_at", "ix_account_restricted_expires_at"),
    ("uq_account_reopening_hash", "uq_account_reactivation_token_hash"),
    ("ix_sign_up_ends_at", "ix_sign_up_expires_at"),
    ("ix_session_ends_at", "ix_session_expires_at"),
    ("ix_one_time_token_ends_at", "ix_one_time_token_expires_at"),
    ("ix_mail_ends_at", "ix_mail_expires_at"),
    ("ix_mail_due_at", "ix_mail_next_attempt_at"),
    ("ix_retention_run_ends_at", "ix_retention_run_expires_at"),
    ("pk_retention_hold", "pk_purge_block"),
    ("pk_set_aside", "pk_quarantined_row"),
    ("ix_set_aside_ends_at", "ix_quarantined_row_expires_at"),
    ("pk_lookup", "pk_audit_log_entry"),
    ("ix_lookup_ends_at", "ix_audit_log_entry_expires_at"),
)


def upgrade() -> None:
    for old, new in _TABLES:
        op.rename_table(old, new)
    for table, old, new in _COLUMNS:
        op.alter_column(table, old, new_column_name=new)
    for old, new in _INDEXES:
        op.execute(f"ALTER INDEX {old} RENAME TO {new}")
    _rename_offsets("spool_mark", "spool_offset")


def downgrade() -> None:
    _rename_offsets("spool_offset", "spool_mark")
    for old, new in _INDEXES:
        op.execute(f"ALTER INDEX {new} RENAME TO {old}")
    for table, old, new in _COLUMNS:
        op.alter_column(table, new, new_column_name=old)
    for old, new in _TABLES:
        op.rename_table(new, old)


def _rename_offsets(old: str, new: str) -> None:
    """Rename the table of the spools, which only the role that owns it may do."""
    op.execute("SET LOCAL ROLE dressform_log")
    op.rename_table(old, new)
    op.execute(f"ALTER INDEX pk_{old} RENAME TO pk_{new}")
    op.execute("RESET ROLE")
