from uuid import UUID

from dressform.db.unit_of_work import UnitOfWork
from dressform.repositories.audit_log_entries import AuditLogEntries, StoredAuditEntry
from dressform.repositories.operators import Operators

AuditEntryWithOperator = tuple[StoredAuditEntry, str | None]
"""An audit record, with the username of its operator if the account still exists."""


async def list_audit_log(
    uow: UnitOfWork, *, limit: int, before: UUID | None
) -> tuple[list[AuditEntryWithOperator], UUID | None]:
    """Return a page of the audit log, latest first, and the id before which the next begins."""
    found = await AuditLogEntries(uow).list_page(limit=limit + 1, before=before)
    page = found[:limit]
    names = await Operators(uow).get_usernames({one.operator_id for one in page})
    more = page[-1].id if len(found) > limit else None
    return [(one, names.get(one.operator_id)) for one in page], more
