"""The metrics of mails by kind, for a monitoring system that has the token of the settings.

They are not public: whoever asks for a password reset of an address and sees the number of resets that
were handed over rise knows that the address has an account.
"""

import hmac
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time

from fastapi import Request
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from pydantic import SecretStr

from dressform.db.unit_of_work import UnitOfWork
from dressform.repositories.mail_counts import MailCounts, OutcomeCount, WaitingMails


def has_metrics_token(request: Request, token: SecretStr | None) -> bool:
    """Return whether the request has the token of the settings as its bearer token."""
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    if token is None or scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(sent.encode(), token.get_secret_value().encode())


async def load_mail_metrics(uow: UnitOfWork) -> Collector:
    """Return a collector of the metrics of mails."""
    counts = MailCounts(uow)
    return _MailCollector(
        await counts.list_waiting(),
        await counts.list_outcomes(),
        await counts.count_refusing_accounts(),
    )


class _MailCollector(Collector):
    def __init__(
        self, waiting: Sequence[WaitingMails], outcomes: Sequence[OutcomeCount], refusing: int
    ) -> None:
        self._waiting = waiting
        self._outcomes = outcomes
        self._refusing = refusing

    def collect(self) -> Iterator[GaugeMetricFamily]:
        waiting = _by_kind("waiting", "Mails that wait.")
        failed = _by_kind("failing", "Those of them with a try that failed.")
        oldest = _by_kind("oldest_timestamp_seconds", "The day of the oldest mail that waits.")
        for each in self._waiting:
            waiting.add_metric([each.kind], each.waiting)
            failed.add_metric([each.kind], each.failed)
            day = datetime.combine(each.oldest_on, time(), UTC)
            oldest.add_metric([each.kind], day.timestamp())
        yield from (waiting, failed, oldest)
        outcomes = GaugeMetricFamily(
            "dressform_mail_outcomes",
            "Mails and tries of the last 30 days by outcome, and by the code of the mail server.",
            labels=["kind", "outcome", "reason"],
        )
        for one in self._outcomes:
            outcomes.add_metric([one.kind, one.outcome, one.reason], one.number)
        yield outcomes
        yield GaugeMetricFamily(
            "dressform_mail_undeliverable_accounts",
            "Accounts whose address takes no mail.",
            self._refusing,
        )


def _by_kind(name: str, text: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"dressform_mail_{name}", text, labels=["kind"])
