from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response, status

from dressform.api.conditional import reply
from dressform.api.dependencies import (
    AuthenticatedQueryDep,
    CurrentMemberOrRestricted,
    ModelRepositoryDep,
    UnitOfWorkFactoryDep,
)
from dressform.api.entity_tags import (
    changed_with_tag,
    check_if_match,
    compute_model_state,
    create_model_tag,
    read_with_tag,
)
from dressform.api.model_display import Display, DisplayLanguage, DisplayUnit
from dressform.api.problem_responses import problem_responses
from dressform.api.schemas.measurements import WarningsRead
from dressform.api.schemas.model_input import ModelUpdate
from dressform.api.schemas.models import ModelPage, ModelRead, ModelWithWarnings
from dressform.api.schemas.pages import PositionCursor
from dressform.errors import NotFound, PreconditionFailed
from dressform.repositories.model_statements import MEMBER_AND_MODEL, MEMBER_AND_MODELS
from dressform.repositories.models import Models, decrypt_member_model, select_page
from dressform.repositories.sealed_models import StoredModel, decrypt_model

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


@router.get(
    "/{model_id}",
    response_model=ModelRead,
    responses=read_with_tag("The model.") | problem_responses(NotFound),
)
async def read_model(
    request: Request,
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
    model = decrypt_member_model(row, me)
    content = ModelRead.from_domain(model, form).to_json()
    tag = create_model_tag(me.key, model, content)
    answer = Response(content, media_type="application/json", headers={"ETag": str(tag)})
    return reply(request, answer)


@router.patch(
    "/{model_id}",
    responses=changed_with_tag("The model is changed.")
    | problem_responses(NotFound, PreconditionFailed),
)
async def change_model(
    model_id: ModelId,
    payload: ModelUpdate,
    me: CurrentMemberOrRestricted,
    uows: UnitOfWorkFactoryDep,
    *,
    request: Request,
    response: Response,
    unit: DisplayUnit = None,
    language: DisplayLanguage = None,
) -> ModelWithWarnings:
    """Change a model

    The body is a JSON Merge Patch (RFC 7396): absent fields stay as they are. A measurement
    that is null or empty is removed, or in a variant takes the value of its base model again. A
    value or text that is sent as it was read changes nothing. `based_on` null detaches a variant
    from its base model.

    With `If-Match`, the ETag that was read, the change is made only if nothing was changed since.
    """

    def check(stored: StoredModel) -> None:
        check_if_match(request, compute_model_state(me.key, stored))

    async with uows.transaction() as uow:
        model = await Models(uow).change(me, model_id, **payload.to_changes(), check=check)
        form = await Display(unit, language).resolve(uow, me)
    response.headers["ETag"] = str(create_model_tag(me.key, model))
    return ModelWithWarnings.from_domain(model, form)


@router.delete(
    "/{model_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The model and its avatar are deleted.",
    responses=problem_responses(NotFound, PreconditionFailed),
)
async def delete_model(
    model_id: ModelId, me: CurrentMemberOrRestricted, models: ModelRepositoryDep, request: Request
) -> None:
    """Delete a model

    Its variants stay, with all their values.
    """

    def check(stored: StoredModel) -> None:
        check_if_match(request, compute_model_state(me.key, stored))

    await models.remove(me, model_id, check=check)


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
