"""How long what may be kept: the notice once more, in SQL over what was stored.

Not over the ends that the database computes: those come from the policy that is audited here.
"""

import calendar
from dataclasses import dataclass
from datetime import datetime


def add_interval_sql(moment: str, interval: str) -> str:
    """`moment` and an interval, whatever the time zone of the database's session."""
    return f"(({moment}) AT TIME ZONE 'UTC' + INTERVAL '{interval}') AT TIME ZONE 'UTC'"


@dataclass(frozen=True, slots=True)
class AuditedTable:
    """A window over rows: they end at `ends`.

    Of an account, two exceptions are known only so far that they can be told from what should be
    gone: one that is `restricted`, and one that is kept until `due` because no warning got through.
    """

    rule: str
    from_sql: str
    start_sql: str
    period: str
    of_account: bool = False

    @property
    def period_end_sql(self) -> str:
        """When the window is over, whatever the exceptions."""
        return add_interval_sql(self.start_sql, self.period)

    @property
    def expiry_sql(self) -> str:
        """While its processing is restricted an account is kept for 24 months more."""
        if not self.of_account:
            return self.period_end_sql
        longer = add_interval_sql(self.period_end_sql, "24 months")
        return (
            f"CASE WHEN account.restricted_at IS NULL THEN {self.period_end_sql} ELSE {longer} END"
        )

    @property
    def deadline_sql(self) -> str:
        """An account stays until its owner was warned for a week; at most for 30 days."""
        if not self.of_account:
            return self.expiry_sql
        warned, patience = (
            add_interval_sql("account.warned_at", "7 days"),
            add_interval_sql(self.expiry_sql, "30 days"),
        )
        return f"greatest({self.expiry_sql}, least({warned}, {patience}))"


_LAST_LOGIN = "account.last_login_at"

AUDITED_TABLES = (
    AuditedTable("profile", "account", _LAST_LOGIN, "12 months", of_account=True),
    AuditedTable(
        "model",
        "account JOIN model ON model.account_id = account.id",
        _LAST_LOGIN,
        "12 months",
        of_account=True,
    ),
    AuditedTable("sign-up", "sign_up", "created_at", "7 days"),
    AuditedTable("session", "session", "month_of_login", "90 days"),
    AuditedTable("one-time-token", "one_time_token", "created_at", "2 hours"),
    AuditedTable("mail", "mail", "created_at", "7 days"),
    AuditedTable("lookup", "audit_log_entry", "at", "6 months"),
    AuditedTable("retention-run", "retention_run", "started_at", "6 months"),
    AuditedTable("retention-run", "quarantined_row", "started_at", "6 months"),
)

VISITOR = AuditedTable("visitor", "access_log", "at", "6 months")
"""Its rows are in a table a day, and before that in files."""

RULES = tuple(dict.fromkeys(window.rule for window in (VISITOR, *AUDITED_TABLES)))


def address_expires_at(moment: datetime) -> datetime:
    """VISITOR.expiry_sql, for lines that no database has seen. `moment` is in UTC."""
    years, month = divmod(moment.month - 1 + 6, 12)
    year = moment.year + years
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
