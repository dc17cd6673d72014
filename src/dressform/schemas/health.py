from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from dressform.schemas.fields import Complete

WorkerStanding = Literal["ok", "late", "never seen", "unknown"]


LogStanding = Literal["ok", "held in memory"]


class LiveRead(Complete):
    """That the process answers."""

    status: Annotated[Literal["live"], Field(description="Always this.")] = "live"


class ReadyRead(Complete):
    """How each part stands."""

    status: Annotated[
        Literal["ready", "not ready"],
        Field(description="Whether requests can be served.", examples=["ready"]),
    ]
    database: Annotated[
        Literal["ok", "away"], Field(description="Whether it answers.", examples=["ok"])
    ]
    migrations: Annotated[
        Literal["current", "other", "unknown"],
        Field(description="Whether its tables are this version's.", examples=["current"]),
    ]
    access_log: Annotated[
        LogStanding,
        Field(description="Whether its lines reach the disk.", examples=["ok"]),
    ]
    worker: Annotated[
        WorkerStanding,
        Field(description="Late: no round for five of its intervals.", examples=["ok"]),
    ]
    last_round_at: Annotated[
        datetime | None, Field(description="When the worker last finished a round.")
    ]
    last_round_age_seconds: Annotated[
        float | None,
        Field(ge=0, le=1e12, description="How long ago that is.", examples=[12.5]),
    ]
