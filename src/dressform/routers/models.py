from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status

from dressform.actions.keep_picture import keep_avatar
from dressform.errors import NotFound, TooLarge, TooManyModels, UnsupportedPicture
from dressform.repositories.models import ONE_AND_WHO, found
from dressform.routers.dependencies import Avatars, InOneLook, Me, Models, OpenUnits, Studio
from dressform.routers.pictures import PICTURE_ANSWER, PICTURE_BODY, WebP, sent, shown
from dressform.routers.problems import answers
from dressform.routers.quick import QuickRoute
from dressform.schemas.models import Cursor, ModelChange, ModelNew, ModelPage, ModelRead

router = APIRouter(prefix="/v1/models", tags=["models"])

Sent = Annotated[bytes, Depends(sent)]
Limit = Annotated[
    int, Query(ge=1, le=100, description="Models a page.", json_schema_extra={"format": "int32"})
]
After = Annotated[Cursor | None, Query(description="The `next` of the page before.")]
ModelId = Annotated[UUID, Path(description="The model's id.")]


def as_json(answer: ModelRead) -> Response:
    return Response(answer.__pydantic_serializer__.to_json(answer), media_type="application/json")


@router.get("", response_description="A page of your models.")
async def list_models(me: Me, models: Models, limit: Limit = 20, cursor: After = None) -> ModelPage:
    """List your models

    In the order of their making. `next` is the `cursor` of the page that follows.
    """
    return ModelPage.of(await models.page(me, after=cursor, limit=limit))


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_description="The model.",
    responses=answers(TooManyModels),
)
async def create_model(body: ModelNew, me: Me, models: Models, response: Response) -> ModelRead:
    """Make a model

    Lengths are in millimetres, shoulderSlope in degrees; leave out what you have not measured.
    """
    model = await models.add(me, **body.model_dump())
    response.headers["Location"] = f"/v1/models/{model.id}"
    return ModelRead.of(model)


async def read_model(model_id: ModelId, look: InOneLook) -> Response:
    """Read a model

    Nobody but its owner learns that it exists.
    """
    me, row = await look.at(ONE_AND_WHO, model_id=model_id)
    return as_json(ModelRead.of(found(row, me)))


router.add_api_route(
    "/{model_id}",
    read_model,
    response_model=ModelRead,
    response_description="The model.",
    responses=answers(NotFound),
    route_class_override=QuickRoute,
)


@router.patch(
    "/{model_id}", response_description="The model as it is now.", responses=answers(NotFound)
)
async def change_model(model_id: ModelId, body: ModelChange, me: Me, models: Models) -> ModelRead:
    """Change a model

    JSON Merge Patch (RFC 7396): what you leave out stays, a measurement that is null is removed.
    """
    return ModelRead.of(await models.change(me, model_id, body.model_dump(exclude_unset=True)))


@router.delete(
    "/{model_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The model is gone, its avatar too.",
    responses=answers(NotFound),
)
async def delete_model(model_id: ModelId, me: Me, models: Models) -> None:
    """Remove a model"""
    await models.remove(me, model_id)


@router.get(
    "/{model_id}/avatar",
    response_class=WebP,
    responses=PICTURE_ANSWER | answers(NotFound),
)
async def read_avatar(request: Request, model_id: ModelId, me: Me, avatars: Avatars) -> Response:
    """Fetch a model's avatar"""
    return shown(request, await avatars.of(me, model_id))


@router.put(
    "/{model_id}/avatar",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The avatar is kept.",
    responses=answers(NotFound, TooLarge, UnsupportedPicture),
    openapi_extra=PICTURE_BODY,
)
async def put_avatar(
    model_id: ModelId, me: Me, data: Sent, units: OpenUnits, studio: Studio
) -> None:
    """Set a model's avatar

    Only you ever see it: it helps to tell your models apart.
    """
    await keep_avatar(units, studio, me, model_id, data)


@router.delete(
    "/{model_id}/avatar",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The avatar is gone.",
    responses=answers(NotFound),
)
async def delete_avatar(model_id: ModelId, me: Me, avatars: Avatars) -> None:
    """Remove a model's avatar"""
    await avatars.remove(me, model_id)
