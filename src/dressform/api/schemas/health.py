from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field

from dressform.api.schemas.fields import ResponseModel
from dressform.retention_audit.findings import Findings, Reason, Verdict, round_up_rows
from dressform.retention_audit.rule_findings import RuleFindings, SpoolFindings

WorkerStatus = Literal["ok", "late", "never_seen", "unknown"]
AccessLogStatus = Literal["ok", "disk_error", "stuck"]

Reasons = Annotated[
    list[Reason],
    Field(
        max_length=20,
        description="Overdue: rows should be deleted since a day. Rounds: the rules were not enforced "
        "for five of the worker's intervals. Unwarned: accounts are past their window and wait for a "
        "warning. Mail: for a day the mail server has taken no mail. Held, set-aside, future, unknown: "
        "see the rules. Spools: lines wait in files for ten minutes, or in files that can't be read.",
        examples=[["unwarned"]],
    ),
]
Rows = Annotated[int, Field(ge=0, le=2**53, examples=[0], json_schema_extra={"format": "int64"})]


class LiveRead(ResponseModel):
    """That the process answers."""

    status: Annotated[Literal["live"], Field(description="Always this.")] = "live"


class ReadyRead(ResponseModel):
    """How each part stands."""

    status: Annotated[
        Literal["ready", "not_ready"],
        Field(description="Whether requests can be served.", examples=["ready"]),
    ]
    database: Annotated[
        Literal["ok", "read_only", "away"],
        Field(description="Whether it answers, and takes what is written.", examples=["ok"]),
    ]
    migrations: Annotated[
        Literal["current", "other", "unknown"],
        Field(description="Whether its tables are this version's.", examples=["current"]),
    ]
    access_log: Annotated[
        AccessLogStatus,
        Field(
            description="Disk error: no second file can be made, and requests are refused when the first "
            "is full. Stuck: for a minute no line has reached the database, or those that a dead process "
            "left can't be shipped.",
            examples=["ok"],
        ),
    ]
    worker: Annotated[
        WorkerStatus,
        Field(description="Late: no round for five of its intervals.", examples=["ok"]),
    ]
    last_run_at: Annotated[
        datetime | None, Field(description="When the worker last finished a round.")
    ]
    last_run_age_seconds: Annotated[
        float | None,
        Field(ge=0, le=1e12, description="How long ago that is.", examples=[12.5]),
    ]


class RuleRead(ResponseModel):
    """How a rule stands: nothing of when its rows were made, or how many there are."""

    rule: Annotated[
        str,
        Field(
            max_length=40,
            description="Its key in the notice; `clock` is all of them, held by a clock that jumped.",
            examples=["visitor"],
        ),
    ]
    overdue: Annotated[Rows, Field(description="Rows that should be deleted since a day.")]
    future: Annotated[
        Rows,
        Field(description="Rows dated more than a day from now, by a clock that ran ahead."),
    ]
    last_run_at: Annotated[
        datetime | None, Field(description="When it was last enforced to its end.")
    ]
    blocked_at: Annotated[
        datetime | None,
        Field(description="Since when it waits for an operator, before ending anything."),
    ]
    unknown: Annotated[
        bool,
        Field(
            description="Somebody locks its table: the figures are of what is elsewhere.",
            examples=[False],
        ),
    ]
    quarantined: Annotated[
        Rows, Field(description="Rows that could not be deleted and are tried again.")
    ]

    @classmethod
    def of(cls, rule: RuleFindings) -> Self:
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
    """The files of this host in which the access log waits for the database."""

    files: Annotated[Rows, Field(description="How many.")]
    bytes: Annotated[Rows, Field(description="How large they are together.")]
    unreadable: Annotated[Rows, Field(description="How many of them can't be read.")]

    @classmethod
    def of(cls, spools: SpoolFindings) -> Self:
        return cls(files=spools.files, bytes=spools.bytes, unreadable=spools.unreadable)


class RetentionRead(ResponseModel):
    """What is stored past its window."""

    status: Annotated[
        Verdict,
        Field(
            description="Overdue: rows should be deleted since a day, or a rule was not enforced for "
            "a day. Late: for any other of the reasons.",
            examples=["kept"],
        ),
    ]
    reasons: Annotated[Reasons, Field(description="Why it is not kept. Empty when it is.")]
    checked_at: Annotated[datetime, Field(description="At most a minute ago.")]
    last_run_at: Annotated[
        datetime | None,
        Field(description="When the rule that has waited longest was last enforced."),
    ]
    oldest_address_at: Annotated[
        datetime | None,
        Field(description="The day (UTC) of the oldest IP address that is still stored."),
    ]
    waiting: Annotated[
        Rows, Field(description="IP addresses past their window, soon to be deleted.")
    ]
    overdue: Annotated[Rows, Field(description="Of all rules.")]
    unwarned_accounts: Annotated[
        Rows,
        Field(
            description="Accounts past their window that are kept because no warning was delivered in "
            "time, rounded up to the next ten so that nothing is told of any one."
        ),
    ]
    restricted_accounts: Annotated[
        Rows,
        Field(
            description="Accounts past their 12 months that are kept because processing is restricted, "
            "rounded up likewise."
        ),
    ]
    mail_failing_since: Annotated[
        datetime | None, Field(description="Since when the mail server has taken no mail.")
    ]
    rules: Annotated[list[RuleRead], Field(max_length=50, description="Each rule.")]
    orphaned_partitions: Annotated[
        Rows, Field(description="Days of the access log that were cut off but not yet dropped.")
    ]
    spools: SpoolsRead

    @classmethod
    def of(cls, findings: Findings) -> Self:
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
            rules=[RuleRead.of(rule) for rule in findings.rules],
            orphaned_partitions=findings.orphans,
            spools=SpoolsRead.of(findings.spools),
        )
