from typing import Annotated

from fastapi import APIRouter, Query

from dressform.actions.list_lookups import list_audit_log as recorded
from dressform.actions.search_access_log import search_access_log as look_up
from dressform.api.dependencies import CurrentOperator, UnitOfWorkDep, UnitOfWorkFactoryDep
from dressform.api.problem_responses import problem_responses
from dressform.api.schemas.access_log import AccessLogPage, AccessLogSearch
from dressform.api.schemas.access_log_audit import AuditPage
from dressform.api.schemas.pages import Cursor
from dressform.errors import NotAnOperator, SearchTooBroad

router = APIRouter(prefix="/v1/operations", tags=["operations"])

Asked = Annotated[AccessLogSearch, Query()]
Limit = Annotated[
    int, Query(ge=1, le=100, description="The number of records on a page.", json_schema_extra={"format": "int32"})
]
Before = Annotated[Cursor | None, Query(description="The `next` of the previous page.")]


@router.get(
    "/requests",
    response_description="A page of requests, the latest first.",
    responses=problem_responses(NotAnOperator, SearchTooBroad),
)
async def look_up_requests(
    me: CurrentOperator, units: UnitOfWorkFactoryDep, asked: Asked
) -> AccessLogPage:
    """Look into the address log

    For operators, to diagnose a problem and for nothing else. Each page leaves a record of who
    looked, when, why and at what, which every operator can read; no page is shown without one.
    Addresses are cut to their /24 or /48 (6to4: /40) network unless `full` is asked for.
    """
    return AccessLogPage.of(await look_up(units, me.account_id, asked.question()))


@router.get(
    "/lookups",
    response_description="A page of records, the latest first.",
    responses=problem_responses(NotAnOperator),
)
async def list_lookups(
    _: CurrentOperator, uow: UnitOfWorkDep, limit: Limit = 20, cursor: Before = None
) -> AuditPage:
    """Who looked into the address log

    For operators. A record is kept for 6 months.
    """
    return AuditPage.of(await recorded(uow, limit=limit, before=cursor))
