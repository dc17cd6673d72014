from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response, status

from dressform.actions.save_picture import save_avatar
from dressform.api.dependencies import (
    AuthenticatedQueryDep,
    AvatarRepositoryDep,
    CurrentMemberOrRestricted,
    ImageProcessorDep,
    OnePicture,
    UnitOfWorkFactoryDep,
)
from dressform.api.image_responses import (
    IMAGE_BODY,
    IMAGE_RESPONSES,
    IMAGE_STORED,
    WebP,
    image_response,
    read_image,
    stored_response,
)
from dressform.api.problem_responses import problem_responses
from dressform.errors import NotFound, TooLarge, UnsupportedPicture
from dressform.repositories.pictures import MEMBER_AND_AVATAR, decrypt_avatar

router = APIRouter(prefix="/v1/models", tags=["models"])

ImageBody = Annotated[bytes, Depends(read_image)]
ModelId = Annotated[UUID, Path(description="The id of the model.")]


@router.get(
    "/{model_id}/avatar",
    response_class=WebP,
    responses=IMAGE_RESPONSES | problem_responses(NotFound),
)
async def read_avatar(
    request: Request, model_id: ModelId, query: AuthenticatedQueryDep
) -> Response:
    """Download a model's avatar"""
    me, row = await query.fetch_allow_restricted(MEMBER_AND_AVATAR, model_id=model_id)
    return image_response(request, decrypt_avatar(row, me, model_id))


@router.put(
    "/{model_id}/avatar",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses=IMAGE_STORED | problem_responses(NotFound, TooLarge, UnsupportedPicture),
    openapi_extra=IMAGE_BODY,
    dependencies=[OnePicture],
)
async def put_avatar(
    model_id: ModelId,
    me: CurrentMemberOrRestricted,
    data: ImageBody,
    uows: UnitOfWorkFactoryDep,
    images: ImageProcessorDep,
) -> Response:
    """Set a model's avatar

    Only you see it; it helps you to tell your models apart.
    """
    return stored_response(await save_avatar(uows, images, me, model_id, data))


@router.delete(
    "/{model_id}/avatar",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The avatar is deleted.",
    responses=problem_responses(NotFound),
)
async def delete_avatar(
    model_id: ModelId, me: CurrentMemberOrRestricted, avatars: AvatarRepositoryDep
) -> None:
    """Delete a model's avatar"""
    await avatars.remove(me, model_id)
