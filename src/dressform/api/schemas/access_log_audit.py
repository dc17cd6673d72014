from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from dressform.actions.list_audit_log import AuditEntryWithOperator
from dressform.actions.search_access_log import MAX_ROWS, LookupPurpose
from dressform.api.schemas.base import ResponseModel
from dressform.api.schemas.fields import UsernameStr
from dressform.api.schemas.pages import Next, encode_cursor

Bits = Annotated[int, Field(ge=0, le=128, examples=[32], json_schema_extra={"format": "int32"})]


class OperatorRead(ResponseModel):
    """The operator who searched."""

    id: Annotated[UUID, Field(description="The id of the account, which may be deleted since.")]
    username: Annotated[
        UsernameStr | None,
        Field(description="The username; null when the account is deleted or restricted."),
    ]


class AuditedQuery(ResponseModel):
    """The query of a search; null for each parameter that was left out."""

    request_id: Annotated[UUID | None, Field(description="The id of the requested entry.")]
    network: Annotated[
        str | None,
        Field(
            max_length=49,
            description="The network, truncated to /24 or /48 (6to4: /40) if it was smaller.",
            examples=["203.0.113.0/24"],
        ),
    ]
    prefix_length: Annotated[
        Bits | None,
        Field(description="The prefix length before truncation; 32 or 128 for one address."),
    ]
    route: Annotated[
        str | None,
        Field(max_length=200, description="The template of a route.", examples=["/v1/models"]),
    ]
    status: Annotated[
        str | None,
        Field(max_length=3, description="A status, or a class of statuses.", examples=["5xx"]),
    ]
    since: Annotated[datetime | None, Field(description="The start of the time range.")]
    until: Annotated[datetime | None, Field(description="The end of the time range.")]
    before: Annotated[
        datetime | None,
        Field(description="The time from which the page continued; null on the first page."),
    ]
    full: Annotated[
        bool, Field(description="Whether whole addresses were shown.", examples=[False])
    ]

    @classmethod
    def from_domain(cls, asked: dict[str, Any]) -> Self:
        return cls(**{name: asked.get(name) for name in cls.model_fields})


class AuditEntryRead(ResponseModel):
    """A recorded search of the access log."""

    id: Annotated[UUID, Field(description="The id of the record.")]
    at: Annotated[datetime, Field(description="The time of the search.")]
    operator: OperatorRead
    purpose: Annotated[LookupPurpose, Field(description="The purpose of the search.")]
    reason: Annotated[
        str,
        Field(
            max_length=500,
            description="The reason in the operator's words.",
            examples=["Sign-ups have been failing since noon."],
        ),
    ]
    asked: AuditedQuery
    shown: Annotated[
        int,
        Field(
            ge=0,
            le=MAX_ROWS,
            description="The number of entries in the response.",
            examples=[3],
            json_schema_extra={"format": "int32"},
        ),
    ]

    @classmethod
    def from_domain(cls, recorded: AuditEntryWithOperator) -> Self:
        lookup, username = recorded
        return cls(
            id=lookup.id,
            at=lookup.at,
            operator=OperatorRead(id=lookup.operator_id, username=username),
            purpose=LookupPurpose(lookup.purpose),
            reason=lookup.reason,
            asked=AuditedQuery.from_domain(lookup.query),
            shown=lookup.row_count,
        )


class AuditPage(ResponseModel):
    """A page of records, latest first."""

    items: Annotated[
        list[AuditEntryRead],
        Field(max_length=100, description="The items of the page, at most `limit`."),
    ]
    next: Next

    @classmethod
    def from_domain(cls, page: tuple[list[AuditEntryWithOperator], UUID | None]) -> Self:
        recorded, after = page
        return cls(
            items=[AuditEntryRead.from_domain(one) for one in recorded],
            next=after and encode_cursor(after),
        )
