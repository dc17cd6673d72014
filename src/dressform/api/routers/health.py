from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response, status

from dressform.api.dependencies import AppStateDep, AuditorDep
from dressform.api.schemas.health import AccessLogStatus, LiveRead, ReadyRead, WorkerStatus
from dressform.api.schemas.retention import RetentionRead
from dressform.api.state import AppState
from dressform.db.migrate import is_current
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import Unavailable
from dressform.repositories.retention_runs import RetentionRuns
from dressform.retention_audit.findings import LATE_AFTER_RUNS

router = APIRouter(prefix="/health", tags=["health"])

_STUCK_AFTER_SECONDS = 60


@router.get("/live", response_description="The process is running.")
async def get_liveness() -> LiveRead:
    """Check that the process is running"""
    return LiveRead()


@router.get(
    "/ready",
    response_description="Ready to serve requests.",
    responses={503: {"description": "Not ready to serve requests.", "model": ReadyRead}},
)
async def get_readiness(request: Request, state: AppStateDep, response: Response) -> ReadyRead:
    """Check that the service can serve requests

    The service is ready when the database is writable and has this version's tables. A late
    worker is reported but does not make the service unready: data past its retention period
    cannot be read even while no worker runs.
    """
    shipper = request.app.state.shipper
    found = await _check_readiness(state, _access_log_status(shipper))
    if found.status != "ready":
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
        response.headers["Retry-After"] = "5"
    return found


@router.get(
    "/retention",
    response_description="No rows are overdue.",
    responses={503: {"description": "Rows are overdue.", "model": RetentionRead}},
)
async def read_retention(auditor: AuditorDep, response: Response) -> RetentionRead:
    """Check that expired data are deleted

    An independent check reads the tables and files themselves and does not rely on the worker's
    reports. Counts of addresses above one million are not exact.
    """
    found = RetentionRead.from_domain(await auditor.get_findings())
    if found.status == "overdue":
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
        response.headers["Retry-After"] = "60"
    return found


def _access_log_status(shipper: Any) -> AccessLogStatus:
    if shipper.had_disk_error:
        return "disk_error"
    is_stuck = shipper.recovery.failed_count or shipper.stuck_seconds > _STUCK_AFTER_SECONDS
    return "stuck" if is_stuck else "ok"


async def _check_readiness(state: AppState, access_log: AccessLogStatus) -> ReadyRead:
    try:
        uow = state.uows.read()
        return await _check_database(uow, state, access_log)
    except Unavailable:
        return ReadyRead(
            status="not_ready",
            database="away",
            migrations="unknown",
            access_log=access_log,
            worker="unknown",
            last_run_at=None,
            last_run_age_seconds=None,
        )


async def _check_database(
    uow: UnitOfWork, state: AppState, access_log: AccessLogStatus
) -> ReadyRead:
    current = await is_current(uow.connection)
    last = await RetentionRuns(uow).get_last_run_at() if current else None
    age = max(uow.now - last, timedelta(0)) if last else None
    writable = await state.uows.is_writable()
    return ReadyRead.model_validate(
        {
            "status": "ready" if current and writable else "not_ready",
            "database": "ok" if writable else "read_only",
            "migrations": "current" if current else "other",
            "access_log": access_log,
            "worker": _worker_status(last, age, state) if current else "unknown",
            "last_run_at": last,
            "last_run_age_seconds": age.total_seconds() if age is not None else None,
        }
    )


def _worker_status(last: datetime | None, age: timedelta | None, state: AppState) -> WorkerStatus:
    if last is None or age is None:
        return "never_seen"
    return "late" if age > LATE_AFTER_RUNS * state.settings.worker_interval else "ok"
