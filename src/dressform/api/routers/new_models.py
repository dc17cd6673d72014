"""New models, and copies. A request with an Idempotency-Key adds its model only once."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response, status

from dressform.actions.copy_model import copy_model
from dressform.api.dependencies import CurrentMember, UnitOfWorkFactoryDep
from dressform.api.entity_tags import CREATED_WITH_TAG, create_model_tag
from dressform.api.idempotency import RequestKeyDep
from dressform.api.model_display import Display, DisplayLanguage, DisplayUnit
from dressform.api.problem_responses import problem_responses
from dressform.api.schemas.model_input import ModelCopy, ModelCreate
from dressform.api.schemas.models import ModelWithWarnings
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import IdempotencyKeyReused, NotFound, RequestInProgress, TooManyModels
from dressform.repositories.idempotent_requests import IdempotentRequests, RequestKey
from dressform.repositories.models import Models
from dressform.repositories.owners import Member
from dressform.repositories.sealed_models import StoredModel

router = APIRouter(prefix="/v1/models", tags=["models"])


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_description="The model.",
    responses=CREATED_WITH_TAG
    | problem_responses(NotFound, TooManyModels, RequestInProgress, IdempotencyKeyReused),
)
async def create_model(
    payload: ModelCreate,
    me: CurrentMember,
    uows: UnitOfWorkFactoryDep,
    key: RequestKeyDep,
    *,
    response: Response,
    unit: DisplayUnit = None,
    language: DisplayLanguage = None,
) -> ModelWithWarnings:
    """Create a model

    A number is in `unit`, or in millimetres without it, and in degrees for shoulderSlope; a text
    may have a unit: `43 1/2 in`, `110,5 cm`. Leave out what you have not measured, or send it
    empty. With `based_on` the model is a variant: it holds only what differs from its base model.
    """

    async def add(uow: UnitOfWork) -> UUID:
        body = payload.to_domain()
        model = await Models(uow).add(me, name=payload.name, body=body, based_on=payload.based_on)
        return model.id

    async with uows.transaction() as uow:
        model = await _add_once(uow, me, key, add)
        form = await Display(unit, language).resolve(uow, me)
    _describe(response, me, model)
    return ModelWithWarnings.from_domain(model, form)


@router.post(
    "/{model_id}/copy",
    status_code=status.HTTP_201_CREATED,
    response_description="The copy.",
    responses=CREATED_WITH_TAG
    | problem_responses(NotFound, TooManyModels, RequestInProgress, IdempotencyKeyReused),
)
async def duplicate_model(
    model_id: Annotated[UUID, Path(description="The id of the model.")],
    payload: ModelCopy,
    me: CurrentMember,
    uows: UnitOfWorkFactoryDep,
    key: RequestKeyDep,
    *,
    response: Response,
) -> ModelWithWarnings:
    """Copy a model

    The copy has all values of the model, also hidden ones and the typed texts, and its avatar. Its
    variants are copied too, and are based on the copy. The copy of a variant has the same base.
    """

    async def add(uow: UnitOfWork) -> UUID:
        return (await copy_model(uow, me, model_id, name=payload.name)).id

    async with uows.transaction() as uow:
        model = await _add_once(uow, me, key, add)
    _describe(response, me, model)
    return ModelWithWarnings.from_domain(model)


async def _add_once(
    uow: UnitOfWork,
    me: Member,
    key: RequestKey | None,
    add: Callable[[UnitOfWork], Awaitable[UUID]],
) -> StoredModel:
    """Return the model that the request adds, or has added. Raise NotFound if it was deleted since."""
    requests = IdempotentRequests(uow, me)
    added = await requests.claim(key)
    if added is None:
        added = [await add(uow)]
        await requests.record(key, added)
    if added[0] is None:
        raise NotFound
    return await Models(uow).get(me, added[0])


def _describe(response: Response, me: Member, model: StoredModel) -> None:
    response.headers["Location"] = f"/v1/models/{model.id}"
    response.headers["ETag"] = str(create_model_tag(me.key, model))
