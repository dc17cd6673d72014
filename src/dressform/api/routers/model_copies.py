from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response, status

from dressform.actions.copy_model import copy_model
from dressform.api.dependencies import CurrentMember, UnitOfWorkFactoryDep
from dressform.api.entity_tags import CREATED_WITH_TAG, create_model_tag
from dressform.api.problem_responses import problem_responses
from dressform.api.schemas.model_input import ModelCopy
from dressform.api.schemas.models import ModelWithWarnings
from dressform.errors import NotFound, TooManyModels
from dressform.repositories.models import Models

router = APIRouter(prefix="/v1/models", tags=["models"])


@router.post(
    "/{model_id}/copy",
    status_code=status.HTTP_201_CREATED,
    response_description="The copy.",
    responses=CREATED_WITH_TAG | problem_responses(NotFound, TooManyModels),
)
async def duplicate_model(
    model_id: Annotated[UUID, Path(description="The id of the model.")],
    payload: ModelCopy,
    me: CurrentMember,
    uows: UnitOfWorkFactoryDep,
    response: Response,
) -> ModelWithWarnings:
    """Copy a model

    The copy has all values of the model, also hidden ones and the typed texts, and its avatar. Its
    variants are copied too, and are based on the copy. The copy of a variant has the same base.
    """
    async with uows.transaction() as uow:
        copied = await copy_model(uow, me, model_id, name=payload.name)
        # Read again, for the values of its base.
        model = await Models(uow).get(me, copied.id)
    response.headers["Location"] = f"/v1/models/{model.id}"
    response.headers["ETag"] = str(create_model_tag(me.key, model))
    return ModelWithWarnings.from_domain(model)
