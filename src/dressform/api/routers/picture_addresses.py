"""Addresses by which an `<img>` shows a picture: it cannot send an access token."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from dressform.api.dependencies import (
    AddressedPictureRepositoryDep,
    AppStateDep,
    AuthenticatedQueryDep,
    CurrentMember,
)
from dressform.api.image_responses import IMAGE_RESPONSES, WebP, image_response
from dressform.api.problem_responses import problem_responses
from dressform.api.schemas.picture_addresses import PictureAddressRead
from dressform.api.schemas.profiles import UsernamePath
from dressform.errors import NotFound, RateLimited
from dressform.repositories.pictures import MEMBER_AND_AVATAR, MEMBER_AND_PICTURE

router = APIRouter(prefix="/v1")

_DESCRIPTION = "The address, for five minutes."
Token = Annotated[
    str,
    Query(
        max_length=200,
        description="The token of an address.",
        examples=["AQx0WmFrZS10b2tlbg"],
    ),
]


@router.get(
    "/profiles/me/picture/address",
    tags=["profiles"],
    response_description=_DESCRIPTION,
    responses=problem_responses(NotFound),
)
async def create_own_picture_address(
    query: AuthenticatedQueryDep, pictures: AddressedPictureRepositoryDep
) -> PictureAddressRead:
    """Get an address of your picture for an `<img>`"""
    me, row = await query.fetch_allow_restricted(MEMBER_AND_PICTURE)
    return PictureAddressRead.of_token(*pictures.create_own(me, row))


@router.get(
    "/profiles/{username}/picture/address",
    tags=["profiles"],
    response_description=_DESCRIPTION,
    responses=problem_responses(NotFound),
)
async def create_picture_address(
    username: UsernamePath, me: CurrentMember, pictures: AddressedPictureRepositoryDep
) -> PictureAddressRead:
    """Get an address of a member's picture for an `<img>`

    It works without an access token, for five minutes, and not after the picture was changed or
    hidden. Do not pass it on: anyone who has it sees the picture.
    """
    return PictureAddressRead.of_token(*await pictures.create_by_username(me, username))


@router.get(
    "/models/{model_id}/avatar/address",
    tags=["models"],
    response_description=_DESCRIPTION,
    responses=problem_responses(NotFound),
)
async def create_avatar_address(
    model_id: Annotated[UUID, Path(description="The id of the model.")],
    query: AuthenticatedQueryDep,
    pictures: AddressedPictureRepositoryDep,
) -> PictureAddressRead:
    """Get an address of a model's avatar for an `<img>`"""
    me, row = await query.fetch_allow_restricted(MEMBER_AND_AVATAR, model_id=model_id)
    return PictureAddressRead.of_token(*pictures.create_of_avatar(me, model_id, row))


@router.get(
    "/pictures",
    tags=["profiles"],
    response_class=WebP,
    responses=IMAGE_RESPONSES | problem_responses(NotFound, RateLimited),
)
async def read_addressed_picture(
    request: Request, token: Token, pictures: AddressedPictureRepositoryDep, state: AppStateDep
) -> Response:
    """Download the picture of an address

    It needs no access token. The request counts as one of the member who got the address.
    """
    address = pictures.open(token)
    state.member_limiter.check(address.viewer_id)
    return image_response(request, await pictures.get(address))
