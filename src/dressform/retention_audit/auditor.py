"""The audit of all tables and files."""

import asyncio
from datetime import timedelta
from pathlib import Path
from time import monotonic

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.retention_audit.audited_tables import AUDITED_TABLES, RULES, VISITOR
from dressform.retention_audit.deletions import count_overdue_files
from dressform.retention_audit.findings import Findings
from dressform.retention_audit.log import audit_access_log
from dressform.retention_audit.rows import (
    count_quarantined,
    count_rows,
    fetch_mail_status,
    list_blocks,
    list_last_runs,
)
from dressform.retention_audit.rule_findings import RowCount, RuleFindings
from dressform.retention_audit.spools import audit_spools

FRESH_SECONDS = 60.0


class Auditor:
    """Audits the tables, the spools in `folder` and the deletion journal of this host."""

    def __init__(self, uows: UnitOfWorkFactory, folder: Path, *, interval: timedelta) -> None:
        self._uows = uows
        self._folder = folder
        self._interval = interval
        self._running_audit: asyncio.Task[Findings] | None = None
        self._cached: Findings | None = None
        self._fresh_until = 0.0

    async def get_findings(self) -> Findings:
        """Return findings of at most FRESH_SECONDS ago; concurrent callers share one audit.

        Raise Unavailable.
        """
        if self._cached is not None and monotonic() < self._fresh_until:
            return self._cached
        if self._running_audit is None:
            self._running_audit = asyncio.create_task(self._refresh(), name="audit")
        # shield: a cancelled caller must not cancel the audit of the others.
        return await asyncio.shield(self._running_audit)

    async def run_audit(self) -> Findings:
        """Audit everything now. It reads whole tables: about two seconds for a million accounts."""
        at = self._uows.clock()
        spools = await asyncio.to_thread(audit_spools, self._folder, at)
        journal = self._uows.journal
        deletions = await asyncio.to_thread(
            count_overdue_files, journal.root, at, journal.retention
        )
        log = await audit_access_log(self._uows, at)
        rows = dict.fromkeys(RULES, RowCount()) | {VISITOR.rule: log.rows + spools.lines}
        uow = self._uows.read()
        for table in AUDITED_TABLES:
            rows[table.rule] += await count_rows(uow.connection, table, at)
        last = await list_last_runs(uow.connection, at)
        blocks = await list_blocks(uow.connection)
        quarantined = await count_quarantined(uow.connection)
        mail = await fetch_mail_status(uow.connection)
        # Add the blocks and quarantined rows of what is no rule: the expiry notices.
        keys = RULES + tuple(sorted((blocks.keys() | quarantined.keys()) - set(RULES)))
        rules = tuple(
            RuleFindings(
                key,
                rows.get(key, RowCount()),
                last.get(key),
                quarantined.get(key, 0),
                blocks.get(key),
                unknown=log.unknown and key == VISITOR.rule,
            )
            for key in keys
        )
        return Findings(at, self._interval, rules, log.orphans, spools, mail, deletions)

    async def _refresh(self) -> Findings:
        try:
            self._cached = await self.run_audit()
            self._fresh_until = monotonic() + FRESH_SECONDS
            return self._cached
        finally:
            self._running_audit = None
