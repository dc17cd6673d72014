"""How coarsely the rows of each category keep the moment from which their window counts."""

from collections.abc import Callable
from datetime import datetime

from dressform.policy.account_data import FORMER_USERNAME, IMPORTED_ACCOUNT, MODEL, PROFILE
from dressform.policy.category import Category
from dressform.policy.periods import start_of_day, start_of_hour, start_of_month
from dressform.policy.sign_in_data import (
    ATTEMPT,
    CONFIRMED_LINK,
    MAIL,
    ONE_TIME_TOKEN,
    SESSION,
    SIGN_UP,
)

_KEPT: dict[str, Callable[[datetime], datetime]] = {
    PROFILE.key: start_of_day,
    MODEL.key: start_of_day,
    FORMER_USERNAME.key: start_of_day,
    IMPORTED_ACCOUNT.key: start_of_day,
    SIGN_UP.key: start_of_day,
    CONFIRMED_LINK.key: start_of_day,
    SESSION.key: start_of_month,
    ONE_TIME_TOKEN.key: start_of_hour,
    MAIL.key: start_of_day,
    ATTEMPT.key: start_of_hour,
}


def kept_from(category: Category, moment: datetime) -> datetime:
    """Return from when the window counts of what began at `moment`."""
    return _KEPT[category.key](moment) if category.key in _KEPT else moment


def end_of(category: Category, moment: datetime) -> datetime:
    """Return when what began at `moment` ends."""
    return category.period.expires_at(kept_from(category, moment))
