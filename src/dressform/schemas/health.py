from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from dressform.schemas.fields import Complete

WorkerStanding = Literal["ok", "late", "never seen", "unknown"]


LogStanding = Literal["ok", "held in memory"]


class LiveRead(Complete):
    status: Literal["live"] = "live"


class ReadyRead(Complete):
    status: Annotated[Literal["ready", "not ready"], Field(examples=["ready"])]
    database: Annotated[Literal["ok", "away"], Field(examples=["ok"])]
    migrations: Annotated[Literal["current", "other", "unknown"], Field(examples=["current"])]
    access_log: Annotated[
        LogStanding,
        Field(description="Whether its lines reach the disk.", examples=["ok"]),
    ]
    worker: Annotated[
        WorkerStanding,
        Field(description="Late: no round for five of its intervals.", examples=["ok"]),
    ]
    last_round_at: datetime | None
    last_round_age_seconds: Annotated[float | None, Field(ge=0, le=1e12, examples=[12.5])]
