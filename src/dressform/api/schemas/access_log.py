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
from dressform.api.schemas.base import ResponseModel

TruncatedAddress = Annotated[
    str,
    Field(
        max_length=49,
        description="The /24 or /48 (6to4: /40) network of the address; the address itself if `full`.",
        examples=["203.0.113.0/24"],
    ),
]


class AccessLogSearch(BaseModel):
    """A search of the access log and its reason. Unknown parameters are refused."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    purpose: Annotated[
        LookupPurpose, Field(description="The only purpose for which the log may be searched.")
    ]
    reason: Annotated[
        Reason,
        Field(
            description="The reason in your words, for the record. It must not contain an address."
        ),
    ]
    request_id: Annotated[
        UUID | None,
        Field(
            description="The `X-Request-ID` of a request; the `instance` of a problem contains it too."
        ),
    ] = None
    network: Annotated[
        Network | None,
        Field(description="An IPv4 or IPv6 address or network (CIDR)."),
    ] = None
    route: Annotated[
        Route | None,
        Field(description="The template of the route; `(none)` for requests without a route."),
    ] = None
    status: Annotated[
        Status | None, Field(description="A status such as 503, or a class such as 5xx.")
    ] = None
    since: Annotated[
        Timestamp | None,
        Field(
            description="Only requests from this time on. By default the last 24 hours; no limit with "
            "`request_id`."
        ),
    ] = None
    until: Annotated[Timestamp | None, Field(description="Only requests before this time.")] = None
    full: Annotated[
        bool, Field(description="Whether to show whole addresses instead of networks.")
    ] = False
    limit: Annotated[
        int,
        Field(
            ge=1,
            le=MAX_ROWS,
            description="The number of requests on a page.",
            json_schema_extra={"format": "int32"},
        ),
    ] = 100
    cursor: Annotated[
        KeysetCursor | None,
        Field(
            description="The `next` of the previous page; the other parameters must be unchanged."
        ),
    ] = None

    @field_validator("until")
    @classmethod
    def _is_after_since(cls, until: datetime | None, info: ValidationInfo) -> datetime | None:
        since = info.data.get("since")
        if until is not None and since is not None and until <= since:
            msg = "must lie after `since`"
            raise ValueError(msg)
        return until

    def to_query(self) -> AccessLogQuery:
        asked = self.model_dump(exclude={"cursor"})
        return AccessLogQuery(**asked, before=decode_keyset(self.cursor) if self.cursor else None)


class AccessLogEntryRead(ResponseModel):
    """An entry of the access log."""

    at: Annotated[datetime, Field(description="The time of the request.")]
    address: TruncatedAddress
    method: Annotated[str, Field(max_length=16, description="The HTTP method.", examples=["GET"])]
    route: Annotated[
        str,
        Field(
            max_length=200,
            description="The template of the route, never the path.",
            examples=["/v1/models"],
        ),
    ]
    status: Annotated[
        int,
        Field(
            ge=100,
            le=599,
            description="The status of the response; 499 when the client disconnected before it.",
            examples=[503],
            json_schema_extra={"format": "int32"},
        ),
    ]
    duration_us: Annotated[
        int,
        Field(
            ge=0,
            le=2**53,
            description="The duration in microseconds.",
            examples=[1800],
            json_schema_extra={"format": "int64"},
        ),
    ]
    request_id: Annotated[UUID, Field(description="The id of the request.")]

    @classmethod
    def from_domain(cls, shown: AccessLogRow) -> Self:
        return cls.model_validate(shown, from_attributes=True)


class AccessLogPage(ResponseModel):
    """A page of requests, latest first."""

    items: Annotated[
        list[AccessLogEntryRead],
        Field(max_length=MAX_ROWS, description="The items of the page, at most `limit`."),
    ]
    next: Annotated[
        KeysetCursor | None,
        Field(description="The `cursor` of the next page; null on the last page."),
    ]

    @classmethod
    def from_domain(cls, page: tuple[list[AccessLogRow], tuple[datetime, UUID] | None]) -> Self:
        shown, after = page
        return cls(
            items=[AccessLogEntryRead.from_domain(one) for one in shown],
            next=after and encode_keyset(after),
        )
