from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from dressform.api.schemas.base import ResponseModel
from dressform.crypto.picture_addresses import PictureAddress


class PictureAddressRead(ResponseModel):
    """An address by which a picture can be read without an access token."""

    url: Annotated[
        str,
        Field(
            max_length=300,
            description="The address, relative to that of the service.",
            examples=["/v1/pictures?token=AQx0WmFrZS10b2tlbg"],
        ),
    ]
    expires_at: Annotated[datetime, Field(description="The time until which it works.")]

    @classmethod
    def of_token(cls, token: str, address: PictureAddress) -> Self:
        return cls(url=f"/v1/pictures?token={token}", expires_at=address.expires_at)
