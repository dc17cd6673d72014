from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from dressform.actions.list_audit_log import AuditEntryWithOperator
from dressform.actions.search_access_log import MAX_ROWS, LookupPurpose
from dressform.api.schemas.fields import ResponseModel, UsernameStr
from dressform.api.schemas.pages import Next, encode_cursor

Bits = Annotated[int, Field(ge=0, le=128, examples=[32], json_schema_extra={"format": "int32"})]


class OperatorRead(ResponseModel):
    """Who looked."""

    id: Annotated[UUID, Field(description="The account's, which may be gone.")]
    username: Annotated[
        UsernameStr | None, Field(description="Null when it is gone, or is restricted.")
    ]


class AuditedQuery(ResponseModel):
    """What was asked for; null where anything would do."""

    request_id: Annotated[UUID | None, Field(description="Of the one request.")]
    network: Annotated[
        str | None,
        Field(
            max_length=49,
            description="Cut to /24 or /48 (6to4: /40) if it was smaller.",
            examples=["203.0.113.0/24"],
        ),
    ]
    prefix_length: Annotated[
        Bits | None, Field(description="Before the network was cut; 32 or 128 for one address.")
    ]
    route: Annotated[
        str | None,
        Field(max_length=200, description="A template.", examples=["/v1/models"]),
    ]
    status: Annotated[
        str | None, Field(max_length=3, description="One, or a class.", examples=["5xx"])
    ]
    since: Annotated[datetime | None, Field(description="From then on.")]
    until: Annotated[datetime | None, Field(description="Before then.")]
    before: Annotated[
        datetime | None, Field(description="Where the page began, on all but the first.")
    ]
    full: Annotated[
        bool, Field(description="Whether whole addresses were shown.", examples=[False])
    ]

    @classmethod
    def of(cls, asked: dict[str, Any]) -> Self:
        return cls(**{name: asked.get(name) for name in cls.model_fields})


class AuditEntryRead(ResponseModel):
    """A look into the address log."""

    id: Annotated[UUID, Field(description="Of the record.")]
    at: Annotated[datetime, Field(description="When.")]
    operator: OperatorRead
    purpose: Annotated[LookupPurpose, Field(description="What was diagnosed.")]
    reason: Annotated[
        str,
        Field(
            max_length=500,
            description="In the operator's words.",
            examples=["Sign-ups have been failing since noon."],
        ),
    ]
    asked: AuditedQuery
    shown: Annotated[
        int,
        Field(
            ge=0,
            le=MAX_ROWS,
            description="How many requests the answer held.",
            examples=[3],
            json_schema_extra={"format": "int32"},
        ),
    ]

    @classmethod
    def of(cls, recorded: AuditEntryWithOperator) -> Self:
        lookup, username = recorded
        return cls(
            id=lookup.id,
            at=lookup.at,
            operator=OperatorRead(id=lookup.operator_id, username=username),
            purpose=LookupPurpose(lookup.purpose),
            reason=lookup.reason,
            asked=AuditedQuery.of(lookup.query),
            shown=lookup.row_count,
        )


class AuditPage(ResponseModel):
    """Some of the records, the latest first."""

    items: Annotated[
        list[AuditEntryRead], Field(max_length=100, description="As many as `limit` at most.")
    ]
    next: Next

    @classmethod
    def of(cls, page: tuple[list[AuditEntryWithOperator], UUID | None]) -> Self:
        recorded, after = page
        return cls(
            items=[AuditEntryRead.of(one) for one in recorded], next=after and encode_cursor(after)
        )
