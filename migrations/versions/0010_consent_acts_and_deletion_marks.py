"""The proof of consent, one row an act; and how far the deletion journal is known."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_AT = postgresql.TIMESTAMP(timezone=True)

# The foreign key deletes the acts after their account: then the account is not found any more. The
# owner of a table keeps his rights to it whatever is revoked, and the deletion by the foreign key
# needs them: so it is a trigger.
_APPEND_ONLY = (
    """
    CREATE FUNCTION refuse_change_of_consent_act() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE is_there boolean;
    BEGIN
        IF TG_OP = 'DELETE' THEN
            -- By its schema: else a temporary table of the same name would be asked.
            EXECUTE format('SELECT EXISTS (SELECT FROM %I.account WHERE id = $1)', TG_TABLE_SCHEMA)
                INTO is_there USING OLD.account_id;
            IF NOT is_there THEN
                RETURN OLD;
            END IF;
        END IF;
        RAISE EXCEPTION 'an act of consent is neither changed nor removed, except with its account'
            USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER append_only BEFORE DELETE ON dataset_consent_act
        FOR EACH ROW EXECUTE FUNCTION refuse_change_of_consent_act()
    """,
    # The daily rewriting of the table writes each row anew, unchanged.
    """
    CREATE TRIGGER append_only_update BEFORE UPDATE ON dataset_consent_act
        FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
        EXECUTE FUNCTION refuse_change_of_consent_act()
    """,
    """
    CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON dataset_consent_act
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_consent_act()
    """,
)

# A row held the last agreement, and its withdrawal if there was one: these are the acts that are
# known. The earlier ones were overwritten.
_ACTS = (
    """
    INSERT INTO dataset_consent_act
    SELECT account_id, gen_random_uuid(), 1, 'given',
        date_trunc('day', given_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC',
        language, text_version, text_sha256
    FROM dataset_consent
    """,
    """
    INSERT INTO dataset_consent_act
    SELECT account_id, gen_random_uuid(), 2, 'withdrawn',
        date_trunc('day', withdrawn_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC',
        language, text_version, text_sha256
    FROM dataset_consent WHERE withdrawn_at IS NOT NULL
    """,
    """
    UPDATE dataset_consent c SET given_id = a.id FROM dataset_consent_act a
    WHERE a.account_id = c.account_id AND a.number = 1 AND c.withdrawn_at IS NULL
    """,
)

# A draw took who had agreed before 1 March. Who agreed later was drawn under an act that was
# overwritten; and who was in a draw that was read back from what was published is not known.
_DRAWN_UNDER = """
    UPDATE dataset_consent c SET drawn_under = a.id FROM dataset_consent_act a
    WHERE a.account_id = c.account_id AND a.number = 1
        AND c.given_at < make_timestamptz(c.drawn_in, 3, 1, 0, 0, 0, 'UTC')
        AND NOT EXISTS (
            SELECT FROM dataset_draw WHERE year = c.drawn_in AND restored_at IS NOT NULL)
    """

_BACK = """
UPDATE dataset_consent c SET
    given_at = a.acted_at, language = a.language, text_version = a.text_version,
    text_sha256 = a.text_sha256,
    withdrawn_at = (SELECT w.acted_at FROM dataset_consent_act w
        WHERE w.account_id = c.account_id AND w.act = 'withdrawn' AND w.number > a.number)
FROM dataset_consent_act a WHERE a.account_id = c.account_id AND a.number = (
    SELECT max(number) FROM dataset_consent_act l
    WHERE l.account_id = c.account_id AND l.act = 'given')
"""

# As of every table of members: see 0008.
_WITHOUT_STATISTICS = (
    (
        "ALTER TABLE dataset_consent_act ALTER COLUMN account_id SET STATISTICS 0, "
        "ALTER COLUMN id SET STATISTICS 0, ALTER COLUMN text_sha256 SET STATISTICS 0"
    ),
    (
        "ALTER TABLE dataset_consent ALTER COLUMN given_id SET STATISTICS 0, "
        "ALTER COLUMN drawn_under SET STATISTICS 0"
    ),
    (
        "ALTER TABLE dataset_consent_act SET (autovacuum_vacuum_scale_factor = 0, "
        "autovacuum_vacuum_threshold = 0, vacuum_index_cleanup = on)"
    ),
)

_MOVED = ("given_at", "withdrawn_at", "language", "text_version", "text_sha256")


def upgrade() -> None:
    op.create_table(
        "dataset_consent_act",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("acted_at", _AT, nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text_version", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_dataset_consent_act")),
        sa.UniqueConstraint(
            "account_id", "number", name=op.f("uq_dataset_consent_act_account_id_number")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_dataset_consent_act_account_id"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_dataset_consent_act_number_from_one")),
        sa.CheckConstraint(
            "act IN ('given', 'withdrawn')", name=op.f("ck_dataset_consent_act_act_known")
        ),
        sa.CheckConstraint(
            "date_trunc('day', acted_at AT TIME ZONE 'UTC') = acted_at AT TIME ZONE 'UTC'",
            name=op.f("ck_dataset_consent_act_only_the_day"),
        ),
    )
    for act in ("given_id", "drawn_under"):
        op.add_column("dataset_consent", sa.Column(act, sa.Uuid()))
        op.create_foreign_key(
            op.f(f"fk_dataset_consent_account_id_{act}"),
            "dataset_consent",
            "dataset_consent_act",
            ["account_id", act],
            ["account_id", "id"],
        )
    for command in (*_ACTS, _DRAWN_UNDER, *_APPEND_ONLY, *_WITHOUT_STATISTICS):
        op.execute(command)
    op.drop_constraint(op.f("ck_dataset_consent_withdrawn_after_given"), "dataset_consent")
    for name in _MOVED:
        op.drop_column("dataset_consent", name)
    op.create_table(
        "deletion_mark",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("day", _AT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_deletion_mark")),
    )


def downgrade() -> None:
    """Only the last agreement of each member is kept, and its withdrawal."""
    op.drop_table("deletion_mark")
    for name in ("given_at", "withdrawn_at"):
        op.add_column("dataset_consent", sa.Column(name, _AT))
    for name in ("language", "text_version"):
        op.add_column("dataset_consent", sa.Column(name, sa.String()))
    op.add_column("dataset_consent", sa.Column("text_sha256", sa.LargeBinary()))
    op.execute(_BACK)
    for name in _MOVED:
        if name != "withdrawn_at":
            op.alter_column("dataset_consent", name, nullable=False)
    op.create_check_constraint(
        op.f("ck_dataset_consent_withdrawn_after_given"),
        "dataset_consent",
        "withdrawn_at >= given_at",
    )
    for act in ("given_id", "drawn_under"):
        op.drop_constraint(op.f(f"fk_dataset_consent_account_id_{act}"), "dataset_consent")
        op.drop_column("dataset_consent", act)
    op.drop_table("dataset_consent_act")
    op.execute("DROP FUNCTION refuse_change_of_consent_act()")
