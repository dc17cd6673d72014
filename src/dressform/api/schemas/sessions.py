from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field

from dressform.api.schemas.base import RequestModel, ResponseModel
from dressform.api.schemas.device_token import DeviceTokenText
from dressform.api.schemas.fields import Login, Password
from dressform.crypto.refresh_tokens import TOKEN_LENGTH, TOKEN_PATTERN
from dressform.policy.sign_in_data import DEVICE_TOKEN_PERIOD, SESSION
from dressform.repositories.sessions import OpenSession

RefreshTokenStr = Annotated[
    str,
    Field(
        pattern=TOKEN_PATTERN,
        min_length=TOKEN_LENGTH,
        max_length=TOKEN_LENGTH,
        description="A refresh token. It works once, and again as long as its successor was not used.",
        examples=[
            "W6HYn0bCQnWBXQZrJ6hF3aPeDo1IAAAAAZt0yYd1xQmR5nTq8mB2uG7cV9wL4kXsJ6hF3aPeDo1IYd1x"
        ],
    ),
]


class LoginRequest(RequestModel):
    """The credentials of a login."""

    login: Login
    password: Password
    session: Annotated[
        Literal["cookie", "body"],
        Field(
            description="Where to return the refresh token: in an HttpOnly cookie for browsers, or in the "
            "body.",
            examples=["body"],
        ),
    ] = "body"
    device_token: DeviceTokenText | None = None


class RefreshRequest(RequestModel):
    """The refresh token. Leave the body out or empty when it is in the cookie."""

    refresh_token: RefreshTokenStr | None = None


class TokensRead(ResponseModel):
    """The tokens of a session."""

    access_token: Annotated[
        str,
        Field(
            max_length=8192,
            description="The access token, to send as `Authorization: Bearer …`.",
            examples=["eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.…"],
        ),
    ]
    token_type: Annotated[Literal["bearer"], Field(description="The only value.")] = "bearer"  # noqa: S105  the name of a kind of token
    expires_in: Annotated[
        int,
        Field(
            description="The lifetime of the access token in seconds.",
            ge=1,
            le=3600,
            examples=[600],
            json_schema_extra={"format": "int32"},
        ),
    ]
    refresh_token: Annotated[
        RefreshTokenStr | None,
        Field(description="The refresh token; absent when it is in the cookie."),
    ] = None
    device_token: Annotated[
        DeviceTokenText | None,
        Field(
            description="A token to keep on this device and to send with the next login, for "
            f"{DEVICE_TOKEN_PERIOD.format('en')} at most. Only a login answers with it, and not when it is in "
            "the cookie."
        ),
    ] = None


class SessionRead(ResponseModel):
    """A session."""

    id: Annotated[UUID, Field(description="The id of the session.")]
    signed_in_on: Annotated[date, Field(description="The day (UTC) of the login.")]
    renewed_on: Annotated[date, Field(description="The day (UTC) of the last refresh.")]
    expires_at: Annotated[
        datetime,
        Field(
            description=f"The time at which the session ends: {SESSION.period.format('en')} after the "
            "first of the month of the login."
        ),
    ]
    current: Annotated[
        bool, Field(description="Whether it is the session of this request.", examples=[True])
    ]

    @classmethod
    def from_domain(cls, session: OpenSession, *, current: UUID) -> Self:
        return cls(
            id=session.id,
            signed_in_on=session.signed_in_on,
            renewed_on=session.renewed_on,
            expires_at=session.expires_at,
            current=session.id == current,
        )


class SessionsRead(ResponseModel):
    """Your sessions."""

    items: Annotated[
        list[SessionRead], Field(max_length=10000, description="The sessions, oldest first.")
    ]
