from typing import Annotated

from fastapi import APIRouter, Query

from dressform.actions.list_audit_log import list_audit_log
from dressform.actions.search_access_log import search_access_log as run_search
from dressform.api.dependencies import CurrentOperator, UnitOfWorkDep, UnitOfWorkFactoryDep
from dressform.api.problem_responses import problem_responses
from dressform.api.schemas.access_log import AccessLogPage, AccessLogSearch
from dressform.api.schemas.access_log_audit import AuditPage
from dressform.api.schemas.pages import Cursor
from dressform.errors import NotAnOperator, SearchTooBroad

router = APIRouter(prefix="/v1/operations", tags=["operations"])

SearchParams = Annotated[AccessLogSearch, Query()]
Limit = Annotated[
    int,
    Query(
        ge=1,
        le=100,
        description="The number of records on a page.",
        json_schema_extra={"format": "int32"},
    ),
]
CursorParam = Annotated[Cursor | None, Query(description="The `next` of the previous page.")]


@router.get(
    "/requests",
    response_description="A page of requests, the latest first.",
    responses=problem_responses(NotAnOperator, SearchTooBroad),
)
async def search_access_log(
    me: CurrentOperator, uows: UnitOfWorkFactoryDep, params: SearchParams
) -> AccessLogPage:
    """Search the access log

    Only operators may search the log, and only to diagnose a problem. Each page leaves a record
    of the operator, the time, the reason and the query, which every operator can read; no page
    is returned without one. Addresses are truncated to their /24 or /48 network (6to4: /40)
    unless `full` is true.
    """
    return AccessLogPage.from_domain(await run_search(uows, me.account_id, params.to_query()))


@router.get(
    "/lookups",
    response_description="A page of records, the latest first.",
    responses=problem_responses(NotAnOperator),
)
async def list_access_log_audit(
    _: CurrentOperator, uow: UnitOfWorkDep, limit: Limit = 20, cursor: CursorParam = None
) -> AuditPage:
    """List the searches of the access log

    Only operators may read these records. A record is kept for 6 months.
    """
    return AuditPage.from_domain(await list_audit_log(uow, limit=limit, before=cursor))
