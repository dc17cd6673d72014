"""The types of the retention policy: texts, extensions and categories of data."""

from dataclasses import dataclass

from dressform.policy.periods import RetentionPeriod, expiry_sql


@dataclass(frozen=True, slots=True)
class Text:
    """A text in the languages of the service."""

    en: str
    fr: str

    def localize(self, language: str) -> str:
        """Return the French text for "fr", else the English one."""
        return self.fr if language == "fr" else self.en


@dataclass(frozen=True, slots=True)
class Extension:
    """A case in which rows are kept for at most `period` beyond their retention period.

    `condition` is SQL over the columns of the table with the start of the period. It is empty
    where the rows are unreadable meanwhile, and the worker decides whether to delete them.
    """

    key: str
    period: RetentionPeriod
    condition: str
    text: Text


@dataclass(frozen=True, slots=True)
class Category:
    """A category of data. `clock_column_sql` is SQL of the start of its retention period."""

    key: str
    name: Text
    data: Text
    purpose: Text
    legal_basis: str
    period: RetentionPeriod
    clock_column_sql: str
    starts_at_text: Text
    on_expiry_text: Text
    extensions: tuple[Extension, ...] = ()

    @property
    def row_expiry_sql(self) -> str:
        """Return SQL of the time from which a row may no longer be read."""
        end = expiry_sql(self.period, self.clock_column_sql)
        for one in self.extensions:
            if one.condition:
                later = expiry_sql(one.period, end)
                end = f"CASE WHEN {one.condition} THEN {later} ELSE {end} END"
        return end
