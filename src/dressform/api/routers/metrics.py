from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from dressform import __version__
from dressform.api.dependencies import AuditorDep, SettingsDep, UnitOfWorkFactoryDep
from dressform.api.mail_metrics import has_metrics_token, load_mail_metrics
from dressform.errors import Unavailable
from dressform.retention_audit.findings import Findings, round_up_rows
from dressform.retention_audit.rule_findings import RuleFindings

router = APIRouter(tags=["health"])

_EXAMPLE = """\
# HELP dressform_retention_overdue_rows Rows whose deletion is more than a day late.
# TYPE dressform_retention_overdue_rows gauge
dressform_retention_overdue_rows{rule="visitor"} 0.0
"""
_ADDRESS_METRICS: dict[str, tuple[str, Callable[[Findings], float | None]]] = {
    "waiting_rows": (
        "Rows past their retention period, overdue ones excluded.",
        lambda findings: _unless_unknown(findings.visitor, findings.visitor.rows.waiting),
    ),
    "oldest_timestamp_seconds": (
        "The day of the oldest row.",
        lambda findings: _seconds(findings.oldest_address_day),
    ),
}
_RULE_METRICS: dict[str, tuple[str, Callable[[RuleFindings], float | None]]] = {
    "overdue_rows": (
        "Rows whose deletion is more than a day late.",
        lambda rule: _unless_unknown(rule, rule.rows.overdue),
    ),
    "future_rows": (
        "Rows dated more than a day from now.",
        lambda rule: _unless_unknown(rule, rule.rows.future),
    ),
    "unknown": (
        "Whether the figures of the rule's rows are missing, its table being locked.",
        lambda rule: rule.unknown,
    ),
    "last_run_timestamp_seconds": (
        "When the rule was last enforced to its end.",
        lambda rule: _seconds(rule.last_run_at),
    ),
    "blocked": ("Whether the rule waits for an operator.", lambda rule: rule.block is not None),
    "quarantined_rows": ("Rows that could not be deleted.", lambda rule: rule.quarantined),
}


@router.get(
    "/metrics",
    response_class=Response,
    response_description="The metrics, in the text format of Prometheus.",
    responses={
        200: {
            "content": {
                "text/plain": {
                    "schema": {"type": "string", "maxLength": 1_000_000},
                    "example": _EXAMPLE,
                }
            }
        }
    },
)
async def read_metrics(
    request: Request, auditor: AuditorDep, settings: SettingsDep, uows: UnitOfWorkFactoryDep
) -> Response:
    """Read the metrics for Prometheus

    While the database is unavailable, the metrics of the retention rules are missing. While
    another transaction locks the access log, the metrics of its rows are missing. The metrics of
    mails need the token of the settings: the public could see by them who has an account.
    """
    registry = CollectorRegistry()
    try:
        findings = await auditor.get_findings()
        if has_metrics_token(request, settings.metrics_token):
            registry.register(await load_mail_metrics(uows.read()))
    except Unavailable:
        findings = None
    registry.register(_RetentionCollector(findings, request.app.state.shipper))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _RetentionCollector(Collector):
    """Collects the metrics of one scrape. No label contains personal data."""

    def __init__(self, findings: Findings | None, shipper: Any) -> None:
        self._findings = findings
        self._shipper = shipper

    def collect(self) -> Iterator[GaugeMetricFamily]:
        build = GaugeMetricFamily("dressform_build_info", "The version.", labels=["version"])
        build.add_metric([__version__], 1)
        yield build
        yield GaugeMetricFamily(
            "dressform_access_log_disk_errors",
            "Whether the spare file of the access log cannot be made.",
            self._shipper.had_disk_error,
        )
        yield GaugeMetricFamily(
            "dressform_access_log_spools_failed",
            "Files of dead processes whose lines could not be shipped.",
            self._shipper.recovery.failed_count,
        )
        yield GaugeMetricFamily(
            "dressform_database_up", "Whether the database answers.", self._findings is not None
        )
        if self._findings is not None:
            yield from _retention(self._findings)


def _retention(findings: Findings) -> Iterator[GaugeMetricFamily]:
    yield GaugeMetricFamily(
        "dressform_access_log_spool_bytes",
        "The size of this host's files of the access log, each allocated when it is made.",
        findings.spools.bytes,
    )
    yield GaugeMetricFamily(
        "dressform_access_log_spools_unreadable",
        "Those of the files that can't be opened.",
        findings.spools.unreadable,
    )
    if oldest := _seconds(findings.spools.lines.oldest_at):
        yield GaugeMetricFamily(
            "dressform_access_log_spool_oldest_timestamp_seconds",
            "The time of the oldest line in those files.",
            oldest,
        )
    yield GaugeMetricFamily(
        "dressform_access_log_orphaned_partitions",
        "Days of the access log that were cut off but not yet dropped.",
        findings.orphans,
    )
    yield GaugeMetricFamily(
        "dressform_retention_unwarned_accounts",
        "Accounts past their retention period that wait for a warning, rounded up to the next ten.",
        round_up_rows(findings.profile.rows.unwarned.rows),
    )
    yield GaugeMetricFamily(
        "dressform_retention_restricted_accounts",
        "Accounts past their 12 months that are kept as restricted, rounded up to the next ten.",
        round_up_rows(findings.profile.rows.restricted.rows),
    )
    yield GaugeMetricFamily(
        "dressform_mail_failing_seconds",
        "For how long the mail server has taken no mail; 0 while it does.",
        findings.time_since(findings.mail.failing_since).total_seconds(),
    )
    for name, (text, value_found) in _ADDRESS_METRICS.items():
        yield _by_rule(name, text, {"visitor": value_found(findings)})
    for name, (text, value_of) in _RULE_METRICS.items():
        yield _by_rule(name, text, {rule.key: value_of(rule) for rule in findings.rules})


def _by_rule(name: str, text: str, values: dict[str, float | None]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"dressform_retention_{name}", text, labels=["rule"])
    for rule, value in values.items():
        if value is not None:
            family.add_metric([rule], value)
    return family


def _unless_unknown(rule: RuleFindings, value: float | None) -> float | None:
    """Return the value, or None when rows of the rule are missing from it."""
    return None if rule.unknown else value


def _seconds(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()
