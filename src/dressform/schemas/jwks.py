from typing import Annotated, Literal

from pydantic import Field

from dressform.schemas.fields import Complete

Coordinate = Annotated[
    str, Field(max_length=43, examples=["f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"])
]


class Key(Complete):
    kty: Literal["EC"]
    crv: Literal["P-256"]
    alg: Literal["ES256"]
    use: Literal["sig"]
    kid: Coordinate
    x: Coordinate
    y: Coordinate


class KeySet(Complete):
    keys: Annotated[list[Key], Field(max_length=20)]
