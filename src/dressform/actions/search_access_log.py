from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from uuid import UUID

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.logging.security_events import SecurityEvent, log_security_event
from dressform.repositories.access_log import AccessLogEntries
from dressform.repositories.access_log_query import AccessLogEntry, AccessLogFilter, PageKey
from dressform.repositories.audit_log_entries import AuditLogEntries

MAX_ROWS = 500
"""The rows that one search can return."""
DEFAULT_RANGE = timedelta(hours=24)
_PREFIX_BITS = {4: 24, 6: 48}
_6TO4, _6TO4_PREFIX_BITS = IPv6Network("2002::/16"), 40

Network = IPv4Network | IPv6Network


class LookupPurpose(StrEnum):
    """The purposes of a search, which the privacy notice allows: to diagnose problems."""

    ERROR = "error"
    SLOWNESS = "slowness"
    OUTAGE = "outage"
    ATTACK = "attack"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLogQuery:
    """An operator's search, with its reason. `status` is one status, or a class such as 5xx."""

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
    """A row as the operator sees it. `address` is a network, unless the full address was
    requested.
    """

    at: datetime
    address: str
    method: str
    route: str
    status: int
    duration_us: int
    request_id: UUID

    @classmethod
    def from_entry(cls, request: AccessLogEntry, *, full: bool) -> "AccessLogRow":
        """Return the row to show, with a truncated address unless `full`."""
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
    uows: UnitOfWorkFactory, operator_id: UUID, query: AccessLogQuery
) -> tuple[list[AccessLogRow], PageKey | None]:
    """Return a page and the key of the next one. The search is audited before it returns."""
    async with uows.transaction() as uow:
        criteria = _to_filter(query, uow.now)
        log = await AccessLogEntries.assume_role(uow)
        found = await log.search(criteria, limit=query.limit + 1, before=query.before)
    page = found[: query.limit]
    # The role that may read the log can access no other table, hence another transaction.
    async with uows.transaction() as uow:
        await AuditLogEntries(uow).add(
            operator_id,
            purpose=query.purpose.value,
            reason=query.reason,
            query=_audit_record(query, criteria),
            row_count=len(page),
        )
    if query.full:
        log_security_event(SecurityEvent.FULL_ADDRESSES_READ)
    more = (page[-1].at, page[-1].request_id) if len(found) > len(page) else None
    return [AccessLogRow.from_entry(one, full=query.full) for one in page], more


def _to_filter(query: AccessLogQuery, at: datetime) -> AccessLogFilter:
    """Return the filter of a query. Without a time or a request id it covers the last 24 hours."""
    since = query.since
    if since is None and query.request_id is None:
        since = (query.until or at) - DEFAULT_RANGE
    return AccessLogFilter(
        request_id=query.request_id,
        network=query.network,
        route=query.route,
        statuses=_parse_status(query.status),
        since=since,
        until=query.until,
    )


def _parse_status(status: str | None) -> range | None:
    if status is None:
        return None
    if status.endswith("xx"):
        first = int(status[0]) * 100
        return range(first, first + 100)
    return range(int(status), int(status) + 1)


def _truncate_address(network: Network) -> Network:
    """Return a network of at most /24 of an IPv4 address, also of one inside an IPv6 address.

    6to4 addresses contain it right after their 16 bits. Those of Teredo, NAT64, ISATAP and
    `::a.b.c.d` contain a client's behind bit 48.
    """
    is_6to4 = isinstance(network, IPv6Network) and network.subnet_of(_6TO4)
    bits = _6TO4_PREFIX_BITS if is_6to4 else _PREFIX_BITS[network.version]
    return network if network.prefixlen <= bits else network.supernet(new_prefix=bits)


def _audit_record(query: AccessLogQuery, criteria: AccessLogFilter) -> dict[str, Any]:
    """Return the query for the audit log, with a truncated address.

    Only the access log may hold addresses. `prefix_length` still shows that it was a single one.
    """
    network, before = query.network, query.before
    record = {
        "request_id": query.request_id and str(query.request_id),
        "network": network and str(_truncate_address(network)),
        "prefix_length": network and network.prefixlen,
        "route": query.route,
        "status": query.status,
        "since": criteria.since and criteria.since.isoformat(),
        "until": criteria.until and criteria.until.isoformat(),
        "before": before and before[0].isoformat(),
    }
    return {name: value for name, value in record.items() if value is not None} | {
        "full": query.full
    }
