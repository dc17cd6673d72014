from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Computed, ForeignKey, LargeBinary, MetaData, Uuid
from sqlalchemy.dialects.postgresql import INET, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from dressform.policy.category import Category
from dressform.policy.notice import INTERNAL, data_category

_NO_STATISTICS = (LargeBinary, Uuid, INET)


def has_statistics(personal_column: ColumnElement[Any]) -> bool:
    """Return whether the planner may keep values of a column.

    `pg_statistic` holds up to a hundred values of each column, and keeps those of deleted rows
    until the next ANALYZE. So there are no statistics of encrypted values, keys, hashes, ids and
    addresses; no query plan needs them.
    """
    return personal_column.info["category"] == INTERNAL or not isinstance(
        personal_column.type, _NO_STATISTICS
    )


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  read by SQLAlchemy when classes are declared
        datetime: TIMESTAMP(timezone=True),
        UUID: Uuid(),
        bytes: LargeBinary(),
    }


def personal_column(category: Category, *arguments: Any, **options: Any) -> Mapped[Any]:
    """Return a column that belongs to a category of the privacy notice."""
    return mapped_column(*arguments, info=data_category(category), **options)


def internal_column(*arguments: Any, **options: Any) -> Mapped[Any]:
    """Return a column of the service itself, which holds no personal data."""
    return mapped_column(*arguments, info={"category": INTERNAL}, **options)


def expiry_column(category: Category) -> Mapped[Any]:
    """Return a generated column: when the row may no longer be read, by the retention period."""
    return personal_column(category, Computed(category.row_expiry_sql, persisted=True))


def account_fk(category: Category, **options: Any) -> Mapped[Any]:
    """Return a reference to the account with which the row is deleted."""
    return personal_column(category, ForeignKey("account.id", ondelete="CASCADE"), **options)
