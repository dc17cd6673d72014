from typing import Annotated, Literal

from pydantic import Field

from dressform.api.schemas.base import ResponseModel

Coordinate = Annotated[
    str,
    Field(
        max_length=43,
        description="A value in base64url.",
        examples=["f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"],
    ),
]


class Key(ResponseModel):
    """A public key (RFC 7517)."""

    kty: Annotated[Literal["EC"], Field(description="The key type: elliptic curve.")]
    crv: Annotated[Literal["P-256"], Field(description="The curve.")]
    alg: Annotated[Literal["ES256"], Field(description="The signature algorithm.")]
    use: Annotated[Literal["sig"], Field(description="The use of the key: signatures.")]
    kid: Coordinate
    x: Coordinate
    y: Coordinate


class KeySet(ResponseModel):
    """The keys that verify access tokens."""

    keys: Annotated[
        list[Key], Field(max_length=20, description="The keys, in no particular order.")
    ]
