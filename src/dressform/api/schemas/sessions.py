from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field

from dressform.api.schemas.base import RequestModel, ResponseModel
from dressform.api.schemas.device_token import DeviceTokenText
from dressform.api.schemas.fields import Login, Password
from dressform.api.schemas.session_name import SessionName, SessionNameStr
from dressform.crypto.refresh_token_format import MAX_TOKEN_LENGTH, MIN_TOKEN_LENGTH, TOKEN_PATTERN
from dressform.crypto.refresh_tokens import GRACE_SECONDS
from dressform.policy.sign_in_data import (
    DEVICE_TOKEN_PERIOD,
    MAX_INACTIVITY,
    MAX_INACTIVITY_OF_VISIT,
    SESSION,
)
from dressform.repositories.session_types import OpenSession

RefreshTokenStr = Annotated[
    str,
    Field(
        pattern=TOKEN_PATTERN,
        min_length=MIN_TOKEN_LENGTH,
        max_length=MAX_TOKEN_LENGTH,
        description="A refresh token. It works once, again as long as its successor was not used, and for "
        f"{GRACE_SECONDS} seconds after its first use in any case. Tokens of 80 characters were issued "
        "by earlier versions.",
        examples=[
            "W6HYn0bCQnWBXQZrJ6hF3QAAAAFmB2uG7cV9wL4kXsJ6hF3aPeDo1IYd1xt0yYd1xQmR5nTq8mB2uG7cV9wL4kXsJ6hF3aPeDo1Ia9Zk"
        ],
    ),
]


class SessionWanted(RequestModel):
    """The choices of a request that starts a session."""

    session: Annotated[
        Literal["cookie", "body"],
        Field(
            description="Where to return the refresh token: in an HttpOnly cookie for browsers, or in the "
            "body.",
            examples=["body"],
        ),
    ] = "body"
    remember: Annotated[
        bool,
        Field(
            description="Whether the session outlives this visit. With `false` the cookie is one of the "
            "browser's session, and the session ends "
            f"{MAX_INACTIVITY_OF_VISIT.format('en')} after the day of its last refresh; otherwise "
            f"{MAX_INACTIVITY.format('en')} after it.",
            examples=[True],
        ),
    ] = True


class LoginRequest(SessionWanted):
    """The credentials of a login."""

    login: Login
    password: Password
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
    cookie_is_dropped: Annotated[
        Literal[True] | None,
        Field(
            description="Present when the page that signed in is on another site than this service: its "
            "browser drops the cookie, and the session can't be refreshed. Ask for `body`, or serve both "
            "below one registrable domain."
        ),
    ] = None
    device_token: Annotated[
        DeviceTokenText | None,
        Field(
            description="A token to keep on this device and to send with the next login, for "
            f"{DEVICE_TOKEN_PERIOD.format('en')} at most. Each way to sign in answers with it, unless it is in "
            "the cookie."
        ),
    ] = None


class SessionStatusRead(ResponseModel):
    """The sign-in status of a browser."""

    signed_in: Annotated[
        bool, Field(description="Whether the cookie continues a session.", examples=[True])
    ]


class SessionUpdate(RequestModel):
    """The name of a session."""

    name: Annotated[SessionName | None, Field(description="The name, or null for none.")]


class SessionRead(ResponseModel):
    """A session."""

    id: Annotated[UUID, Field(description="The id of the session.")]
    name: Annotated[SessionNameStr | None, Field(description="The name that you gave it, or null.")]
    signed_in_on: Annotated[date, Field(description="The day (UTC) of the login.")]
    renewed_on: Annotated[date, Field(description="The day (UTC) of the last refresh.")]
    inactive_at: Annotated[
        datetime,
        Field(
            description="The time at which the session ends unless it is refreshed before: the midnight "
            f"(UTC) after {MAX_INACTIVITY.format('en')} without a refresh, or after "
            f"{MAX_INACTIVITY_OF_VISIT.format('en')} when it is not to be remembered."
        ),
    ]
    expires_at: Annotated[
        datetime,
        Field(
            description=f"The time at which the session ends at the latest: {SESSION.period.format('en')} after the "
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
            name=session.name,
            signed_in_on=session.signed_in_on,
            renewed_on=session.renewed_on,
            inactive_at=session.inactive_at,
            expires_at=session.expires_at,
            current=session.id == current,
        )


class SessionsRead(ResponseModel):
    """Your sessions."""

    items: Annotated[
        list[SessionRead], Field(max_length=10000, description="The sessions, oldest first.")
    ]
