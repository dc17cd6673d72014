from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from uuid import UUID

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.access_log import (
    AccessLogEntries,
    AccessLogEntry,
    AccessLogFilter,
    PageKey,
)
from dressform.repositories.audit_log_entries import AuditLogEntries

MAX_ROWS = 500
"""Rows that one look-up shows."""
DEFAULT_RANGE = timedelta(hours=24)
_PREFIX_BITS = {4: 24, 6: 48}
_6TO4, _6TO4_PREFIX_BITS = IPv6Network("2002::/16"), 40

Network = IPv4Network | IPv6Network


class LookupPurpose(StrEnum):
    """What the notice allows: to diagnose problems."""

    ERROR = "error"
    SLOWNESS = "slowness"
    OUTAGE = "outage"
    ATTACK = "attack"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLogQuery:
    """What an operator asks the address log, and why. `status` is one, or a class such as 5xx."""

    purpose: LookupPurpose
    reason: str
    request_id: UUID | None
    network: Network | None
    route: str | None
    status: str | None
    since: datetime | None
    until: datetime | None
    full: bool
    limit: int
    before: PageKey | None


@dataclass(frozen=True, slots=True)
class AccessLogRow:
    """A request as the operator sees it. `address` is a whole network, unless all of it was asked for."""

    at: datetime
    address: str
    method: str
    route: str
    status: int
    duration_us: int
    request_id: UUID

    @classmethod
    def from_entry(cls, request: AccessLogEntry, *, full: bool) -> "AccessLogRow":
        address = request.address if full else _truncate_address(ip_network(request.address))
        return cls(
            at=request.at,
            address=str(address),
            method=request.method,
            route=request.route,
            status=request.status,
            duration_us=request.duration_us,
            request_id=request.request_id,
        )


async def search_access_log(
    uows: UnitOfWorkFactory, operator_id: UUID, question: AccessLogQuery
) -> tuple[list[AccessLogRow], PageKey | None]:
    """A page, and where the next one begins. It is recorded before anybody sees it."""
    async with uows.transaction() as uow:
        wanted = _to_filter(question, uow.now)
        log = await AccessLogEntries.assume_role(uow)
        found = await log.search(wanted, limit=question.limit + 1, before=question.before)
    page = found[: question.limit]
    # The role that may read the log may do nothing else: hence another transaction.
    async with uows.transaction() as uow:
        await AuditLogEntries(uow).add(
            operator_id,
            purpose=question.purpose.value,
            reason=question.reason,
            asked=_audit_record(question, wanted),
            shown=len(page),
        )
    more = (page[-1].at, page[-1].request_id) if len(found) > len(page) else None
    return [AccessLogRow.from_entry(one, full=question.full) for one in page], more


def _to_filter(question: AccessLogQuery, at: datetime) -> AccessLogFilter:
    """Without a time, the last day; a request's id is enough without one."""
    since = question.since
    if since is None and question.request_id is None:
        since = (question.until or at) - DEFAULT_RANGE
    return AccessLogFilter(
        request_id=question.request_id,
        network=question.network,
        route=question.route,
        statuses=_parse_status(question.status),
        since=since,
        until=question.until,
    )


def _parse_status(status: str | None) -> range | None:
    if status is None:
        return None
    if status.endswith("xx"):
        first = int(status[0]) * 100
        return range(first, first + 100)
    return range(int(status), int(status) + 1)


def _truncate_address(network: Network) -> Network:
    """Never more of an IPv4 address than /24, also where it stands within an IPv6 one.

    6to4 has it right after its 16 bits. Teredo, NAT64, ISATAP and `::a.b.c.d` have a client's
    behind the 48th bit.
    """
    is_6to4 = isinstance(network, IPv6Network) and network.subnet_of(_6TO4)
    bits = _6TO4_PREFIX_BITS if is_6to4 else _PREFIX_BITS[network.version]
    return network if network.prefixlen <= bits else network.supernet(new_prefix=bits)


def _audit_record(question: AccessLogQuery, wanted: AccessLogFilter) -> dict[str, Any]:
    """What was asked for, the address cut: the log is the only place where one may be.

    `prefix_length` still tells whether it was a single one.
    """
    network, before = question.network, question.before
    said = {
        "request_id": question.request_id and str(question.request_id),
        "network": network and str(_truncate_address(network)),
        "prefix_length": network and network.prefixlen,
        "route": question.route,
        "status": question.status,
        "since": wanted.since and wanted.since.isoformat(),
        "until": wanted.until and wanted.until.isoformat(),
        "before": before and before[0].isoformat(),
    }
    return {name: value for name, value in said.items() if value is not None} | {
        "full": question.full
    }
