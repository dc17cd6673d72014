"""The retention periods once more, in SQL over the stored times.

The generated columns `expires_at` are not used: they come from the policy, which is audited here.
"""

import calendar
from dataclasses import dataclass
from datetime import datetime


def add_interval_sql(moment: str, interval: str) -> str:
    """Return SQL that adds an interval in UTC, in a session of any time zone."""
    return f"(({moment}) AT TIME ZONE 'UTC' + INTERVAL '{interval}') AT TIME ZONE 'UTC'"


@dataclass(frozen=True, slots=True)
class AuditedTable:
    """A table, or a join, whose rows expire at `expiry_sql`.

    For accounts two extensions are known: an account with restricted processing expires later, and
    one that no expiry notice has reached is kept until `deadline_sql`.
    """

    rule: str
    from_sql: str
    start_sql: str
    period: str
    of_account: bool = False

    @property
    def period_end_sql(self) -> str:
        """Return SQL of the end of the period, without extensions."""
        return add_interval_sql(self.start_sql, self.period)

    @property
    def expiry_sql(self) -> str:
        """Return SQL of the expiry: 24 months later for an account with restricted processing."""
        if not self.of_account:
            return self.period_end_sql
        longer = add_interval_sql(self.period_end_sql, "24 months")
        return (
            f"CASE WHEN account.restricted_at IS NULL THEN {self.period_end_sql} ELSE {longer} END"
        )

    @property
    def deadline_sql(self) -> str:
        """Return SQL of the deadline: a week after the notice, at most 30 days after the expiry."""
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
    AuditedTable("former-username", "former_username", "released_at", "30 days"),
    AuditedTable("imported-account", "imported_account", "imported_at", "30 days"),
    AuditedTable(
        "model",
        "account JOIN model ON model.account_id = account.id",
        _LAST_LOGIN,
        "12 months",
        of_account=True,
    ),
    AuditedTable("sign-up", "sign_up", "created_at", "7 days"),
    AuditedTable("confirmed-link", "confirmed_link", "created_at", "7 days"),
    AuditedTable("session", "session", "month_of_login", "90 days"),
    AuditedTable("one-time-token", "one_time_token", "created_at", "2 hours"),
    AuditedTable("mail", "mail", "created_at", "7 days"),
    AuditedTable("attempt", "attempt_count", "hour", "2 hours"),
    AuditedTable("lookup", "audit_log_entry", "at", "6 months"),
    AuditedTable("retention-run", "retention_run", "started_at", "6 months"),
    AuditedTable("retention-run", "quarantined_row", "started_at", "6 months"),
)

VISITOR = AuditedTable("visitor", "access_log", "at", "6 months")
"""The access log: one partition per day, and spools before that."""

RULES = tuple(dict.fromkeys(table.rule for table in (VISITOR, *AUDITED_TABLES)))


def address_expires_at(moment: datetime) -> datetime:
    """Return the expiry of a spooled line. `moment` is in UTC."""
    years, month = divmod(moment.month - 1 + 6, 12)
    year = moment.year + years
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
