from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from dressform.api.schemas.base import ResponseModel

WorkerStatus = Literal["ok", "late", "never_seen", "unknown"]
AccessLogStatus = Literal["ok", "disk_error", "stuck"]


class LiveRead(ResponseModel):
    """The liveness of the process."""

    status: Annotated[Literal["live"], Field(description="The only value.")] = "live"


class ReadyRead(ResponseModel):
    """The readiness of the service and the status of its parts."""

    status: Annotated[
        Literal["ready", "not_ready"],
        Field(description="Whether requests can be served.", examples=["ready"]),
    ]
    database: Annotated[
        Literal["ok", "read_only", "away"],
        Field(description="Whether the database is available and writable.", examples=["ok"]),
    ]
    migrations: Annotated[
        Literal["current", "other", "unknown"],
        Field(description="Whether the tables match this version.", examples=["current"]),
    ]
    access_log: Annotated[
        AccessLogStatus,
        Field(
            description="`disk_error`: no second file can be created, and requests are refused when the "
            "first is full. `stuck`: for a minute no line has reached the database, or the "
            "lines of a dead process cannot be shipped.",
            examples=["ok"],
        ),
    ]
    worker: Annotated[
        WorkerStatus,
        Field(
            description="`late`: no run has ended for five intervals of the worker.",
            examples=["ok"],
        ),
    ]
    last_run_at: Annotated[
        datetime | None, Field(description="The time at which the worker last finished a run.")
    ]
    last_run_age_seconds: Annotated[
        float | None,
        Field(ge=0, le=1e12, description="The age of that time in seconds.", examples=[12.5]),
    ]
