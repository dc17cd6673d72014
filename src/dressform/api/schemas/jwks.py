from typing import Annotated, Literal

from pydantic import Field

from dressform.api.schemas.fields import ResponseModel

Coordinate = Annotated[
    str,
    Field(
        max_length=43,
        description="In base64url.",
        examples=["f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"],
    ),
]


class Key(ResponseModel):
    """A public key (RFC 7517)."""

    kty: Annotated[Literal["EC"], Field(description="The kind of key: on an elliptic curve.")]
    crv: Annotated[Literal["P-256"], Field(description="The curve.")]
    alg: Annotated[Literal["ES256"], Field(description="What it signs by.")]
    use: Annotated[Literal["sig"], Field(description="That it is for signatures.")]
    kid: Coordinate
    x: Coordinate
    y: Coordinate


class KeySet(ResponseModel):
    """The keys that access tokens may be signed with at the moment."""

    keys: Annotated[list[Key], Field(max_length=20, description="In no order.")]
