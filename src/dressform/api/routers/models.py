from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status

from dressform.actions.save_picture import save_avatar
from dressform.api.dependencies import (
    AuthenticatedQueryDep,
    AvatarRepositoryDep,
    CurrentMember,
    CurrentMemberOrRestricted,
    ImageProcessorDep,
    ModelRepositoryDep,
    UnitOfWorkFactoryDep,
)
from dressform.api.image_responses import (
    IMAGE_BODY,
    IMAGE_RESPONSES,
    WebP,
    image_response,
    read_body,
)
from dressform.api.problem_responses import problem_responses
from dressform.api.schemas.measurements import WarningsRead
from dressform.api.schemas.models import (
    ModelCreate,
    ModelPage,
    ModelRead,
    ModelUpdate,
    ModelWithWarnings,
)
from dressform.api.schemas.pages import PositionCursor
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import NotFound, TooLarge, TooManyModels, UnsupportedPicture
from dressform.repositories.accounts import Accounts
from dressform.repositories.models import (
    MEMBER_AND_MODEL,
    MEMBER_AND_MODELS,
    Models,
    decrypt_member_model,
    decrypt_page,
)
from dressform.repositories.owners import Member
from dressform.repositories.pictures import MEMBER_AND_AVATAR, decrypt_avatar
from dressform.sewing.units import MeasurementUnit

router = APIRouter(prefix="/v1/models", tags=["models"])

ImageBody = Annotated[bytes, Depends(read_body)]
Limit = Annotated[
    int,
    Query(
        ge=1,
        le=100,
        description="The number of models on a page.",
        json_schema_extra={"format": "int32"},
    ),
]
DisplayUnit = Annotated[
    Literal["mm", "cm", "in", "account"] | None,
    Query(
        description="Adds the measurements as texts in this unit, or in the account's own.",
        examples=["account"],
    ),
]
CursorParam = Annotated[
    PositionCursor | None, Query(description="The `next` of the previous page.")
]
ModelId = Annotated[UUID, Path(description="The id of the model.")]


async def _display_unit(
    uows: UnitOfWorkFactory, me: Member, unit: DisplayUnit
) -> MeasurementUnit | None:
    if unit == "account":
        return MeasurementUnit((await Accounts(uows.read()).get_credentials(me)).unit)
    return unit and MeasurementUnit(unit)


def json_response(answer: ModelRead) -> Response:
    return Response(answer.__pydantic_serializer__.to_json(answer), media_type="application/json")


@router.get("", response_description="A page of your models.")
async def list_models(
    look: AuthenticatedQueryDep,
    *,
    limit: Limit = 20,
    cursor: CursorParam = None,
    unit: DisplayUnit = None,
) -> ModelPage:
    """List your models

    Models are in the order of their creation. `next` is the `cursor` of the next page.
    """
    me, rows = await look.fetch_all(MEMBER_AND_MODELS, after=cursor or 0, most=limit + 1)
    shown_in = await _display_unit(look.state.uows, me, unit)
    return ModelPage.of(decrypt_page(rows, me, limit=limit), shown_in)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_description="The model.",
    responses=problem_responses(TooManyModels),
)
async def create_model(
    body: ModelCreate, me: CurrentMember, uows: UnitOfWorkFactoryDep, response: Response
) -> ModelWithWarnings:
    """Create a model

    A number is in millimetres, or degrees for shoulderSlope; a text may have a unit: `43 1/2
    in`, `110,5 cm`. Leave out what you have not measured. With `based_on` the model is a
    variant: it holds only what differs from its base model.
    """
    async with uows.transaction() as uow:
        model = await Models(uow).add(
            me, name=body.name, body=body.to_domain(), based_on=body.based_on
        )
    response.headers["Location"] = f"/v1/models/{model.id}"
    return ModelWithWarnings.of(model)


@router.get(
    "/{model_id}",
    response_model=ModelRead,
    response_description="The model.",
    responses=problem_responses(NotFound),
)
async def read_model(
    model_id: ModelId, look: AuthenticatedQueryDep, unit: DisplayUnit = None
) -> Response:
    """Read a model

    Only its owner can read it. The response has all values, also those of a variant's base;
    `missing` lists what is still to be measured.
    """
    me, row = await look.fetch_allow_restricted(MEMBER_AND_MODEL, model_id=model_id)
    shown_in = await _display_unit(look.state.uows, me, unit)
    return json_response(ModelRead.of(decrypt_member_model(row, me), shown_in))


@router.patch(
    "/{model_id}",
    response_description="The model is changed.",
    responses=problem_responses(NotFound),
)
async def change_model(
    model_id: ModelId, body: ModelUpdate, me: CurrentMemberOrRestricted, uows: UnitOfWorkFactoryDep
) -> ModelWithWarnings:
    """Change a model

    The body is a JSON Merge Patch (RFC 7396): absent fields stay as they are. A measurement
    that is null is removed, or in a variant takes the value of its base model again. `based_on`
    null detaches a variant from its base model.
    """
    async with uows.transaction() as uow:
        model = await Models(uow).change(me, model_id, **body.to_changes())
    return ModelWithWarnings.of(model)


@router.delete(
    "/{model_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The model and its avatar are deleted.",
    responses=problem_responses(NotFound),
)
async def delete_model(
    model_id: ModelId, me: CurrentMemberOrRestricted, models: ModelRepositoryDep
) -> None:
    """Delete a model

    Its variants stay, with all their values.
    """
    await models.remove(me, model_id)


@router.get(
    "/{model_id}/warnings",
    response_description="The warnings.",
    responses=problem_responses(NotFound),
)
async def read_warnings(model_id: ModelId, look: AuthenticatedQueryDep) -> WarningsRead:
    """Check a stored model

    The response has the same warnings as creating or changing the model. No value is refused
    for them.
    """
    me, row = await look.fetch(MEMBER_AND_MODEL, model_id=model_id)
    return WarningsRead.of(decrypt_member_model(row, me).body)


@router.get(
    "/{model_id}/avatar",
    response_class=WebP,
    responses=IMAGE_RESPONSES | problem_responses(NotFound),
)
async def read_avatar(request: Request, model_id: ModelId, look: AuthenticatedQueryDep) -> Response:
    """Download a model's avatar"""
    me, row = await look.fetch_allow_restricted(MEMBER_AND_AVATAR, model_id=model_id)
    return image_response(request, decrypt_avatar(row, me, model_id))


@router.put(
    "/{model_id}/avatar",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The avatar is stored.",
    responses=problem_responses(NotFound, TooLarge, UnsupportedPicture),
    openapi_extra=IMAGE_BODY,
)
async def put_avatar(
    model_id: ModelId,
    me: CurrentMemberOrRestricted,
    data: ImageBody,
    uows: UnitOfWorkFactoryDep,
    images: ImageProcessorDep,
) -> None:
    """Set a model's avatar

    Only you see it; it helps you to tell your models apart.
    """
    await save_avatar(uows, images, me, model_id, data)


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
