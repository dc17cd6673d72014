from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field

from dressform.api.schemas.fields import Login, Password, RequestModel, ResponseModel
from dressform.crypto.refresh_tokens import TOKEN_LENGTH, TOKEN_PATTERN
from dressform.repositories.sessions import OpenSession

RefreshTokenStr = Annotated[
    str,
    Field(
        pattern=TOKEN_PATTERN,
        min_length=TOKEN_LENGTH,
        max_length=TOKEN_LENGTH,
        description="Works once, and once more as long as its successor was not used.",
        examples=[
            "W6HYn0bCQnWBXQZrJ6hF3aPeDo1IAAAAAZt0yYd1xQmR5nTq8mB2uG7cV9wL4kXsJ6hF3aPeDo1IYd1x"
        ],
    ),
]


class LoginRequest(RequestModel):
    """Who signs in."""

    login: Login
    password: Password
    session: Annotated[
        Literal["cookie", "body"],
        Field(
            description="Where the refresh token goes: an HttpOnly cookie for a browser, or the body.",
            examples=["body"],
        ),
    ] = "body"


class RefreshRequest(RequestModel):
    """Leave it out, or empty, when the refresh token is in the cookie."""

    refresh_token: RefreshTokenStr | None = None


class TokensRead(ResponseModel):
    """What the requests of a session are made with."""

    access_token: Annotated[
        str,
        Field(
            max_length=8192,
            description="Goes into `Authorization` behind `Bearer`.",
            examples=["eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.…"],
        ),
    ]
    token_type: Annotated[Literal["bearer"], Field(description="Always this.")] = "bearer"  # noqa: S105  the name of a kind of token
    expires_in: Annotated[
        int,
        Field(
            description="Seconds.",
            ge=1,
            le=3600,
            examples=[600],
            json_schema_extra={"format": "int32"},
        ),
    ]
    refresh_token: Annotated[
        RefreshTokenStr | None,
        Field(description="Absent when it went into the cookie."),
    ] = None


class SessionRead(ResponseModel):
    """Somewhere you are signed in."""

    id: Annotated[UUID, Field(description="By which you can end it.")]
    signed_in_on: Annotated[date, Field(description="The day of the login (UTC).")]
    renewed_on: Annotated[date, Field(description="The day on which it was last refreshed (UTC).")]
    ends_at: Annotated[
        datetime,
        Field(
            description="It ends for good then: 90 days after the first of the month of the login."
        ),
    ]
    current: Annotated[
        bool, Field(description="Whether this request came with it.", examples=[True])
    ]

    @classmethod
    def of(cls, session: OpenSession, *, current: UUID) -> Self:
        return cls(
            id=session.id,
            signed_in_on=session.signed_in_on,
            renewed_on=session.renewed_on,
            ends_at=session.expires_at,
            current=session.id == current,
        )


class SessionsRead(ResponseModel):
    """Everywhere you are signed in."""

    items: Annotated[list[SessionRead], Field(max_length=10000, description="The oldest first.")]
