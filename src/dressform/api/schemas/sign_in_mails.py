from typing import Annotated, Self

from pydantic import Field

from dressform.actions.sign_in_by_mail import CODE_LIFETIME
from dressform.api.schemas.base import ResponseModel
from dressform.api.schemas.fields import Token
from dressform.api.schemas.sessions import SessionWanted
from dressform.crypto.sign_in_codes import (
    CODE_PATTERN,
    REQUEST_TOKEN_LENGTH,
    REQUEST_TOKEN_PATTERN,
)

RequestToken = Annotated[
    str,
    Field(
        pattern=REQUEST_TOKEN_PATTERN,
        min_length=REQUEST_TOKEN_LENGTH,
        max_length=REQUEST_TOKEN_LENGTH,
        description="The token of the request for the mail. The code works only with it, so keep it where "
        "the mail was asked for, such as in the `sessionStorage` of a page.",
        examples=["aTHmAIx3c0v2pQm1sT9uYb4eR7wZ6kL8nD5fG0hJ2qXcVaBo"],
    ),
]
Code = Annotated[
    str,
    Field(
        pattern=CODE_PATTERN,
        min_length=8,
        max_length=20,
        description="The code in the mail: eight letters and digits in any case, with or without the dash.",
        examples=["7K3M-9QXD"],
    ),
]


class SignInMailRequested(ResponseModel):
    """The token of a request for a mail that signs in."""

    request_token: RequestToken
    code_expires_in: Annotated[
        int,
        Field(
            description="How many seconds the code works. The link works for one hour at least.",
            ge=1,
            le=3600,
            examples=[int(CODE_LIFETIME.total_seconds())],
            json_schema_extra={"format": "int32"},
        ),
    ]

    @classmethod
    def from_token(cls, request_token: str) -> Self:
        return cls(request_token=request_token, code_expires_in=int(CODE_LIFETIME.total_seconds()))


class LinkLogin(SessionWanted):
    """The token of a mailed link that signs in."""

    token: Token


class CodeLogin(SessionWanted):
    """The code of a mail that signs in, and the token of the request for that mail."""

    request_token: RequestToken
    code: Code
