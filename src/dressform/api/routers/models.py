from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response, status

from dressform.api.dependencies import (
    AuthenticatedQueryDep,
    CurrentMember,
    CurrentMemberOrRestricted,
    ModelRepositoryDep,
    UnitOfWorkFactoryDep,
)
from dressform.api.model_display import Display, DisplayLanguage, DisplayUnit
from dressform.api.problem_responses import problem_responses
from dressform.api.schemas.measurements import WarningsRead
from dressform.api.schemas.model_input import ModelCreate, ModelUpdate
from dressform.api.schemas.models import ModelPage, ModelRead, ModelWithWarnings
from dressform.api.schemas.pages import PositionCursor
from dressform.errors import NotFound, TooManyModels
from dressform.repositories.model_statements import MEMBER_AND_MODEL, MEMBER_AND_MODELS
from dressform.repositories.models import Models, decrypt_member_model, select_page
from dressform.repositories.sealed_models import decrypt_model

router = APIRouter(prefix="/v1/models", tags=["models"])

Limit = Annotated[
    int,
    Query(
        ge=1,
        le=100,
        description="The number of models on a page.",
        json_schema_extra={"format": "int32"},
    ),
]
CursorParam = Annotated[
    PositionCursor | None, Query(description="The `next` of the previous page.")
]
ModelId = Annotated[UUID, Path(description="The id of the model.")]


@router.get("", response_model=ModelPage, response_description="A page of your models.")
async def list_models(
    query: AuthenticatedQueryDep,
    *,
    limit: Limit = 20,
    cursor: CursorParam = None,
    unit: DisplayUnit = None,
    language: DisplayLanguage = None,
) -> Response:
    """List your models

    Models are in the order of their creation. `next` is the `cursor` of the next page.
    """
    me, rows = await query.fetch_all(MEMBER_AND_MODELS, after=cursor or 0, most=limit + 1)
    form = await Display(unit, language).resolve(query.uow, me)
    page, after = select_page(rows, limit=limit)
    items = await query.state.time_slices.map(
        lambda row: ModelRead.from_domain(decrypt_model(row, me), form).to_json(), page
    )
    return Response(ModelPage.join_json(items, after), media_type="application/json")


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_description="The model.",
    responses=problem_responses(TooManyModels),
)
async def create_model(
    payload: ModelCreate,
    me: CurrentMember,
    uows: UnitOfWorkFactoryDep,
    response: Response,
    *,
    unit: DisplayUnit = None,
    language: DisplayLanguage = None,
) -> ModelWithWarnings:
    """Create a model

    A number is in `unit`, or in millimetres without it, and in degrees for shoulderSlope; a text
    may have a unit: `43 1/2 in`, `110,5 cm`. Leave out what you have not measured, or send it
    empty. With `based_on` the model is a variant: it holds only what differs from its base model.
    """
    async with uows.transaction() as uow:
        model = await Models(uow).add(
            me, name=payload.name, body=payload.to_domain(), based_on=payload.based_on
        )
        form = await Display(unit, language).resolve(uow, me)
    response.headers["Location"] = f"/v1/models/{model.id}"
    return ModelWithWarnings.from_domain(model, form)


@router.get(
    "/{model_id}",
    response_model=ModelRead,
    response_description="The model.",
    responses=problem_responses(NotFound),
)
async def read_model(
    model_id: ModelId,
    query: AuthenticatedQueryDep,
    unit: DisplayUnit = None,
    language: DisplayLanguage = None,
) -> Response:
    """Read a model

    Only its owner can read it. The response has all values, also those of a variant's base;
    `missing` lists what is still to be measured.
    """
    me, row = await query.fetch_allow_restricted(MEMBER_AND_MODEL, model_id=model_id)
    form = await Display(unit, language).resolve(query.uow, me)
    model = ModelRead.from_domain(decrypt_member_model(row, me), form)
    return Response(model.to_json(), media_type="application/json")


@router.patch(
    "/{model_id}",
    response_description="The model is changed.",
    responses=problem_responses(NotFound),
)
async def change_model(
    model_id: ModelId,
    payload: ModelUpdate,
    me: CurrentMemberOrRestricted,
    uows: UnitOfWorkFactoryDep,
    *,
    unit: DisplayUnit = None,
    language: DisplayLanguage = None,
) -> ModelWithWarnings:
    """Change a model

    The body is a JSON Merge Patch (RFC 7396): absent fields stay as they are. A measurement
    that is null or empty is removed, or in a variant takes the value of its base model again. A
    value or text that is sent as it was read changes nothing. `based_on` null detaches a variant
    from its base model.
    """
    async with uows.transaction() as uow:
        model = await Models(uow).change(me, model_id, **payload.to_changes())
        form = await Display(unit, language).resolve(uow, me)
    return ModelWithWarnings.from_domain(model, form)


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
async def read_warnings(model_id: ModelId, query: AuthenticatedQueryDep) -> WarningsRead:
    """Check a stored model

    The response has the same warnings as creating or changing the model. No value is refused
    for them.
    """
    me, row = await query.fetch(MEMBER_AND_MODEL, model_id=model_id)
    return WarningsRead.from_domain(decrypt_member_model(row, me).body)
