"""The first tables."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "access_log",
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("address", postgresql.INET(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("duration_us", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_index(op.f("ix_access_log_address"), "access_log", ["address"], unique=False)
    op.create_index(
        op.f("ix_access_log_at"), "access_log", ["at"], unique=False, postgresql_using="brin"
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email_index", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("last_login_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("restricted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column(
            "ends_at",
            postgresql.TIMESTAMP(timezone=True),
            sa.Computed(
                "(((coalesce(last_login_at, created_at)) AT TIME ZONE 'UTC') + INTERVAL '12 months') AT TIME ZONE 'UTC'",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "models_end_at",
            postgresql.TIMESTAMP(timezone=True),
            sa.Computed(
                "(((coalesce(last_login_at, created_at)) AT TIME ZONE 'UTC') + INTERVAL '12 months') AT TIME ZONE 'UTC'",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email_index", name=op.f("uq_account_email_index")),
    )
    op.create_index(op.f("ix_account_ends_at"), "account", ["ends_at"], unique=False)
    op.create_index(op.f("ix_account_models_end_at"), "account", ["models_end_at"], unique=False)
    op.create_table(
        "retention_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("slot", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("cut_off", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column(
            "ends_at",
            postgresql.TIMESTAMP(timezone=True),
            sa.Computed(
                "(((started_at) AT TIME ZONE 'UTC') + INTERVAL '6 months') AT TIME ZONE 'UTC'",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_run")),
        sa.UniqueConstraint("rule", "slot", name=op.f("uq_retention_run_rule_slot")),
    )
    op.create_index(op.f("ix_retention_run_ends_at"), "retention_run", ["ends_at"], unique=False)
    op.create_table(
        "service_secret",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_secret")),
    )
    op.create_table(
        "sign_up",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email_index", sa.LargeBinary(), nullable=False),
        sa.Column("username_index", sa.LargeBinary(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column(
            "ends_at",
            postgresql.TIMESTAMP(timezone=True),
            sa.Computed(
                "(((created_at) AT TIME ZONE 'UTC') + INTERVAL '604800 seconds') AT TIME ZONE 'UTC'",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_up")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_up_token_hash")),
        sa.UniqueConstraint("username_index", name=op.f("uq_sign_up_username_index")),
    )
    op.create_index(op.f("ix_sign_up_email_index"), "sign_up", ["email_index"], unique=False)
    op.create_index(op.f("ix_sign_up_ends_at"), "sign_up", ["ends_at"], unique=False)
    op.create_table(
        "spool_mark",
        sa.Column("spool", sa.String(), nullable=False),
        sa.Column("shipped", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("spool", name=op.f("pk_spool_mark")),
    )
    op.create_table(
        "account_key",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_account_key_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_key")),
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column(
            "ends_at",
            postgresql.TIMESTAMP(timezone=True),
            sa.Computed(
                "(((created_at) AT TIME ZONE 'UTC') + INTERVAL '604800 seconds') AT TIME ZONE 'UTC'",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_mail_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
    )
    op.create_index(op.f("ix_mail_account_id"), "mail", ["account_id"], unique=False)
    op.create_index(op.f("ix_mail_due_at"), "mail", ["due_at"], unique=False)
    op.create_index(op.f("ix_mail_ends_at"), "mail", ["ends_at"], unique=False)
    op.create_table(
        "model",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_model_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model")),
    )
    op.create_index(op.f("ix_model_account_id_id"), "model", ["account_id", "id"], unique=False)
    op.create_table(
        "one_time_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column(
            "ends_at",
            postgresql.TIMESTAMP(timezone=True),
            sa.Computed(
                "(((created_at) AT TIME ZONE 'UTC') + INTERVAL '3600 seconds') AT TIME ZONE 'UTC'",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_one_time_token_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_token")),
        sa.UniqueConstraint(
            "account_id", "purpose", name=op.f("uq_one_time_token_account_id_purpose")
        ),
        sa.UniqueConstraint("hash", name=op.f("uq_one_time_token_hash")),
    )
    op.create_index(op.f("ix_one_time_token_ends_at"), "one_time_token", ["ends_at"], unique=False)
    op.create_table(
        "picture",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_picture_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_picture")),
    )
    op.create_table(
        "profile",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("username_index", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_profile_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_profile")),
        sa.UniqueConstraint("username_index", name=op.f("uq_profile_username_index")),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("renewed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "ends_at",
            postgresql.TIMESTAMP(timezone=True),
            sa.Computed(
                "(((created_at) AT TIME ZONE 'UTC') + INTERVAL '7776000 seconds') AT TIME ZONE 'UTC'",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_session_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_account_id"), "session", ["account_id"], unique=False)
    op.create_index(op.f("ix_session_ends_at"), "session", ["ends_at"], unique=False)
    op.create_table(
        "avatar",
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["model.id"], name=op.f("fk_avatar_model_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("model_id", name=op.f("pk_avatar")),
    )
    op.create_table(
        "refresh_token",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["session.id"],
            name=op.f("fk_refresh_token_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_refresh_token")),
    )
    op.create_index(
        op.f("ix_refresh_token_session_id"), "refresh_token", ["session_id"], unique=False
    )
    # Ciphertext doesn't compress: trying to would only cost time.
    for table in ("account", "profile", "picture", "model", "avatar", "sign_up", "mail"):
        op.execute(f"ALTER TABLE {table} ALTER COLUMN sealed SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_index(op.f("ix_refresh_token_session_id"), table_name="refresh_token")
    op.drop_table("refresh_token")
    op.drop_table("avatar")
    op.drop_index(op.f("ix_session_ends_at"), table_name="session")
    op.drop_index(op.f("ix_session_account_id"), table_name="session")
    op.drop_table("session")
    op.drop_table("profile")
    op.drop_table("picture")
    op.drop_index(op.f("ix_one_time_token_ends_at"), table_name="one_time_token")
    op.drop_table("one_time_token")
    op.drop_index(op.f("ix_model_account_id_id"), table_name="model")
    op.drop_table("model")
    op.drop_index(op.f("ix_mail_ends_at"), table_name="mail")
    op.drop_index(op.f("ix_mail_due_at"), table_name="mail")
    op.drop_index(op.f("ix_mail_account_id"), table_name="mail")
    op.drop_table("mail")
    op.drop_table("account_key")
    op.drop_table("spool_mark")
    op.drop_index(op.f("ix_sign_up_ends_at"), table_name="sign_up")
    op.drop_index(op.f("ix_sign_up_email_index"), table_name="sign_up")
    op.drop_table("sign_up")
    op.drop_table("service_secret")
    op.drop_index(op.f("ix_retention_run_ends_at"), table_name="retention_run")
    op.drop_table("retention_run")
    op.drop_index(op.f("ix_account_models_end_at"), table_name="account")
    op.drop_index(op.f("ix_account_ends_at"), table_name="account")
    op.drop_table("account")
    op.drop_index(op.f("ix_access_log_at"), table_name="access_log", postgresql_using="brin")
    op.drop_index(op.f("ix_access_log_address"), table_name="access_log")
    op.drop_table("access_log")
