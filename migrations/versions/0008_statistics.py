"""No planner statistics of what is sealed, a key, a hash, an id or an address; deleted rows go soon."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_COLUMNS = {
    "account": ("id", "email_index", "reopening_hash", "sealed"),
    "account_key": ("account_id", "wrapped_key"),
    "avatar": ("model_id", "sealed"),
    "dataset_consent": ("account_id", "text_sha256", "model_id"),
    "dataset_draw": ("proposed_by", "approved_by"),
    "lookup": ("id", "operator_id", "wrapped_key", "sealed"),
    "mail": ("id", "account_id", "wrapped_key", "sealed"),
    "model": ("id", "account_id", "base_id", "sealed"),
    "one_time_token": ("id", "account_id", "hash", "sealed"),
    "operator": ("account_id",),
    "picture": ("account_id", "sealed"),
    "profile": ("account_id", "username_index", "sealed"),
    "retention_run": ("id",),
    "session": ("id", "account_id", "next_mark", "used_hash", "sealed"),
    "set_aside": ("row_id",),
    "sign_up": ("id", "email_index", "username_index", "token_hash", "wrapped_key", "sealed"),
}
# Every column: nothing plans by the statistics of the whole log, and only an ANALYZE by hand,
# which nothing repeats, would make any.
_OF_THE_LOG = ("at", "address", "method", "route", "status", "duration_us", "request_id")
_OF_A_DAY = ("address", "request_id")

_MEMBERS = (
    *("account", "account_key", "avatar", "dataset_consent", "mail", "model", "one_time_token"),
    *("operator", "picture", "profile", "session", "sign_up", "lookup", "set_aside"),
)
# By default a table is vacuumed when a fifth of it, and fifty rows, are dead: in a small one never.
_VACUUMED = {
    "autovacuum_vacuum_scale_factor": "0",
    "autovacuum_vacuum_threshold": "0",
    "vacuum_index_cleanup": "on",
}
_OF_LARGE_VALUES = {f"toast.{name}": value for name, value in _VACUUMED.items()}


def upgrade() -> None:
    for table, columns in _COLUMNS.items():
        _set_target(table, columns, 0)
        _clear(table, columns)
    for table in _MEMBERS:
        pairs = ", ".join(f"{name} = {value}" for name, value in _options(table).items())
        op.execute(f"ALTER TABLE {table} SET ({pairs})")
    op.execute("SET LOCAL ROLE dressform_log")
    _set_target("access_log", _OF_THE_LOG, 0)
    for day in _days():
        _set_target(day, _OF_A_DAY, 0)
    op.execute("RESET ROLE")


def downgrade() -> None:
    op.execute("SET LOCAL ROLE dressform_log")
    _set_target("access_log", _OF_THE_LOG, -1)
    for day in _days():
        _set_target(day, _OF_A_DAY, -1)
    op.execute("RESET ROLE")
    for table in _MEMBERS:
        op.execute(f"ALTER TABLE {table} RESET ({', '.join(_options(table))})")
    for table, columns in _COLUMNS.items():
        _set_target(table, columns, -1)


def _options(table: str) -> dict[str, str]:
    has_sealed = "sealed" in _COLUMNS[table]
    return _VACUUMED | (_OF_LARGE_VALUES if has_sealed else {})


def _set_target(table: str, columns: Sequence[str], target: int) -> None:
    # ONLY, since a partition has a list of its own.
    parts = ", ".join(f"ALTER COLUMN {column} SET STATISTICS {target}" for column in columns)
    op.execute(f"ALTER TABLE ONLY {table} {parts}")


def _clear(table: str, columns: Sequence[str]) -> None:
    """Remove what ANALYZE found earlier: a change of type does, even to the type that it is of.

    Nothing is rewritten by that. `pg_clear_attribute_stats` would do the same, from PostgreSQL 18 on.
    """
    types = {
        column["name"]: column["type"] for column in sa.inspect(op.get_bind()).get_columns(table)
    }
    parts = ", ".join(f"ALTER COLUMN {column} TYPE {types[column]}" for column in columns)
    op.execute(f"ALTER TABLE {table} {parts}")


def _days() -> list[str]:
    found = op.get_bind().exec_driver_sql(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'access_log'::regclass"
    )
    return list(found.scalars())
