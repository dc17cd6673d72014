from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from dressform.api.schemas.base import ResponseModel
from dressform.retention_audit.findings import Findings, Reason, Verdict, round_up_rows
from dressform.retention_audit.rule_findings import RuleFindings, SpoolFindings

Reasons = Annotated[
    list[Reason],
    Field(
        max_length=20,
        description="`overdue`: rows should have been deleted for a day. `runs`: the rules were not "
        "enforced for five worker intervals. `unwarned`: accounts are past their "
        "retention period and wait for a warning. `mail`: the mail server has accepted no "
        "mail for a day. `blocked`, `quarantined`, `future`, `unknown`: see the rules. "
        "`spools`: lines have waited in files for ten minutes, or the files are "
        "unreadable.",
        examples=[["unwarned"]],
    ),
]
Rows = Annotated[int, Field(ge=0, le=2**53, examples=[0], json_schema_extra={"format": "int64"})]


class RuleRead(ResponseModel):
    """The status of a retention rule."""

    rule: Annotated[
        str,
        Field(
            max_length=40,
            description="The key of the rule in the notice; `clock` stands for all rules, blocked after a "
            "clock jump.",
            examples=["visitor"],
        ),
    ]
    overdue: Annotated[
        Rows, Field(description="The number of rows that should have been deleted for a day.")
    ]
    future: Annotated[
        Rows,
        Field(
            description="The number of rows dated more than a day in the future by a wrong clock."
        ),
    ]
    last_run_at: Annotated[
        datetime | None,
        Field(description="The time at which the rule was last enforced completely."),
    ]
    blocked_at: Annotated[
        datetime | None,
        Field(
            description="The time since which the rule waits for an operator's approval; null if it does "
            "not."
        ),
    ]
    unknown: Annotated[
        bool,
        Field(
            description="Whether the table is locked, so that its rows are not counted.",
            examples=[False],
        ),
    ]
    quarantined: Annotated[
        Rows, Field(description="The number of rows that could not be deleted and will be retried.")
    ]

    @classmethod
    def from_domain(cls, rule: RuleFindings) -> Self:
        return cls(
            rule=rule.key,
            overdue=rule.rows.overdue,
            future=rule.rows.future,
            last_run_at=rule.last_run_at,
            blocked_at=rule.block and rule.block.blocked_at,
            unknown=rule.unknown,
            quarantined=rule.quarantined,
        )


class SpoolsRead(ResponseModel):
    """The spool files of the access log on this host."""

    files: Annotated[Rows, Field(description="The number of files.")]
    bytes: Annotated[Rows, Field(description="Their total size in bytes.")]
    unreadable: Annotated[Rows, Field(description="The number of unreadable files.")]

    @classmethod
    def from_domain(cls, spools: SpoolFindings) -> Self:
        return cls(files=spools.files, bytes=spools.bytes, unreadable=spools.unreadable)


class RetentionRead(ResponseModel):
    """The result of the retention audit."""

    status: Annotated[
        Verdict,
        Field(
            description="`overdue`: rows should have been deleted for a day, or a rule was not enforced "
            "for a day. `late`: any other reason.",
            examples=["kept"],
        ),
    ]
    reasons: Annotated[
        Reasons, Field(description="The reasons why the notice is not kept; empty when it is.")
    ]
    checked_at: Annotated[
        datetime, Field(description="The time of the check, at most a minute ago.")
    ]
    last_run_at: Annotated[
        datetime | None,
        Field(description="The time of the last enforcement of the rule that has waited longest."),
    ]
    oldest_address_at: Annotated[
        datetime | None,
        Field(description="The day (UTC) of the oldest IP address that is still stored."),
    ]
    waiting: Annotated[
        Rows,
        Field(
            description="The number of IP addresses that are past their retention period and will be "
            "deleted soon."
        ),
    ]
    overdue: Annotated[Rows, Field(description="The number of overdue rows of all rules.")]
    unwarned_accounts: Annotated[
        Rows,
        Field(
            description="The number of expired accounts that are kept because no warning was delivered in "
            "time, rounded up to the next ten to reveal nothing about one account."
        ),
    ]
    restricted_accounts: Annotated[
        Rows,
        Field(
            description="The number of expired accounts that are kept because processing is restricted, "
            "rounded up likewise."
        ),
    ]
    mail_failing_since: Annotated[
        datetime | None,
        Field(description="The time since which the mail server has accepted no mail."),
    ]
    rules: Annotated[list[RuleRead], Field(max_length=50, description="The status of each rule.")]
    orphaned_partitions: Annotated[
        Rows,
        Field(
            description="The number of detached partitions of the access log that are not yet dropped."
        ),
    ]
    spools: SpoolsRead

    @classmethod
    def from_domain(cls, findings: Findings) -> Self:
        return cls(
            status=findings.verdict,
            reasons=list(findings.reasons),
            checked_at=findings.checked_at,
            last_run_at=findings.last_run_at,
            oldest_address_at=findings.oldest_address_day,
            waiting=findings.visitor.rows.waiting,
            overdue=findings.overdue,
            unwarned_accounts=round_up_rows(findings.profile.rows.unwarned.rows),
            restricted_accounts=round_up_rows(findings.profile.rows.restricted.rows),
            mail_failing_since=findings.mail.failing_since,
            rules=[RuleRead.from_domain(rule) for rule in findings.rules],
            orphaned_partitions=findings.orphans,
            spools=SpoolsRead.from_domain(findings.spools),
        )
