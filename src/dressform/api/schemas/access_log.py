from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from dressform.actions.search_access_log import (
    MAX_ROWS,
    AccessLogQuery,
    AccessLogRow,
    LookupPurpose,
)
from dressform.api.schemas.access_log_fields import (
    KeysetCursor,
    Network,
    Reason,
    Route,
    Status,
    Timestamp,
    decode_keyset,
    encode_keyset,
)
from dressform.api.schemas.fields import ResponseModel

TruncatedAddress = Annotated[
    str,
    Field(
        max_length=49,
        description="The /24 or /48 (6to4: /40) network of the address; the address itself if `full`.",
        examples=["203.0.113.0/24"],
    ),
]


class AccessLogSearch(BaseModel):
    """What is looked up, and why. A name that is misspelt would show more than was meant."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    purpose: Annotated[LookupPurpose, Field(description="What is diagnosed. There is no other.")]
    reason: Annotated[
        Reason,
        Field(description="Why, in your words, for whoever reads the record. No address in it."),
    ]
    request_id: Annotated[
        UUID | None, Field(description="`X-Request-ID`, which a problem's `instance` holds too.")
    ] = None
    network: Annotated[
        Network | None,
        Field(description="One address, or a network (CIDR), of IPv4 or IPv6."),
    ] = None
    route: Annotated[
        Route | None, Field(description="The route's template; `(none)` for no route at all.")
    ] = None
    status: Annotated[
        Status | None, Field(description="One status such as 503, or a class such as 5xx.")
    ] = None
    since: Annotated[
        Timestamp | None,
        Field(description="From then on. Without it 24 hours, or any time with `request_id`."),
    ] = None
    until: Annotated[Timestamp | None, Field(description="Before then.")] = None
    full: Annotated[bool, Field(description="Show whole addresses rather than networks.")] = False
    limit: Annotated[
        int,
        Field(
            ge=1, le=MAX_ROWS, description="Requests a page.", json_schema_extra={"format": "int32"}
        ),
    ] = 100
    cursor: Annotated[
        KeysetCursor | None,
        Field(description="The `next` of the page before; send the rest as it was."),
    ] = None

    @field_validator("until")
    @classmethod
    def _is_after_since(cls, until: datetime | None, info: ValidationInfo) -> datetime | None:
        since = info.data.get("since")
        if until is not None and since is not None and until <= since:
            msg = "must lie after `since`"
            raise ValueError(msg)
        return until

    def question(self) -> AccessLogQuery:
        asked = self.model_dump(exclude={"cursor"})
        return AccessLogQuery(**asked, before=decode_keyset(self.cursor) if self.cursor else None)


class AccessLogEntryRead(ResponseModel):
    """A request as the log has it."""

    at: Annotated[datetime, Field(description="When it came.")]
    address: TruncatedAddress
    method: Annotated[str, Field(max_length=16, description="Its verb.", examples=["GET"])]
    route: Annotated[
        str,
        Field(
            max_length=200,
            description="The route's template, never the path.",
            examples=["/v1/models"],
        ),
    ]
    status: Annotated[
        int,
        Field(
            ge=100,
            le=599,
            description="Of the answer; 499 when the client went away before.",
            examples=[503],
            json_schema_extra={"format": "int32"},
        ),
    ]
    duration_us: Annotated[
        int,
        Field(
            ge=0,
            le=2**53,
            description="Microseconds.",
            examples=[1800],
            json_schema_extra={"format": "int64"},
        ),
    ]
    request_id: Annotated[UUID, Field(description="Its id.")]

    @classmethod
    def of(cls, shown: AccessLogRow) -> Self:
        return cls.model_validate(shown, from_attributes=True)


class AccessLogPage(ResponseModel):
    """Some of the requests, the latest first."""

    items: Annotated[
        list[AccessLogEntryRead],
        Field(max_length=MAX_ROWS, description="As many as `limit` at most."),
    ]
    next: Annotated[
        KeysetCursor | None, Field(description="The `cursor` of the next page; null on the last.")
    ]

    @classmethod
    def of(cls, page: tuple[list[AccessLogRow], tuple[datetime, UUID] | None]) -> Self:
        shown, after = page
        return cls(
            items=[AccessLogEntryRead.of(one) for one in shown], next=after and encode_keyset(after)
        )
