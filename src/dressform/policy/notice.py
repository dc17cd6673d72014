"""The privacy notice as data: every category of data, with its purpose and its retention period.

All code that deals with retention reads these categories: the tables (a column names its
category), the repositories (an expired row is never read), the worker (one rule per category),
the public notice and the documents. No other module states a retention period, except the
independent copy in `retention_audit`.
"""

from dataclasses import replace
from datetime import timedelta

from dressform.policy.account_data import (
    FORMER_USERNAME,
    IMPORTED_ACCOUNT,
    MODEL,
    PROFILE,
)
from dressform.policy.category import Category
from dressform.policy.operation_data import DELETION, LOOKUP, RETENTION_RUN, VISITOR
from dressform.policy.periods import FixedPeriod
from dressform.policy.sign_in_data import (
    ATTEMPT,
    CONFIRMED_LINK,
    MAIL,
    ONE_TIME_TOKEN,
    SESSION,
    SIGN_UP,
)

CATEGORIES = (
    VISITOR,
    PROFILE,
    FORMER_USERNAME,
    IMPORTED_ACCOUNT,
    MODEL,
    SIGN_UP,
    CONFIRMED_LINK,
    SESSION,
    ONE_TIME_TOKEN,
    MAIL,
    ATTEMPT,
    LOOKUP,
    RETENTION_RUN,
)
"""In the order in which the worker enforces them: an account is deleted with its models."""


def notice(backup_retention: timedelta | None = None) -> tuple[Category, ...]:
    """Return all categories for readers. `backup_retention` is 30 days unless it is set."""
    period = FixedPeriod(backup_retention) if backup_retention else DELETION.period
    return (*CATEGORIES, replace(DELETION, period=period))


INTERNAL = "internal"
"""The mark of a column without data about a person."""


def data_category(category: Category) -> dict[str, str]:
    """Return the mark of a column: ``mapped_column(info=data_category(PROFILE))``."""
    return {"category": category.key}


def get_category(key: str) -> Category:
    """Return the category with a key. Raise KeyError when there is none."""
    return {category.key: category for category in CATEGORIES}[key]
