from uuid import UUID

from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import NotFound
from dressform.repositories.model_statements import MAX_MODELS
from dressform.repositories.models import Models
from dressform.repositories.owners import Owner
from dressform.repositories.pictures import Avatars
from dressform.repositories.sealed_models import StoredModel

_MAX_NAME = 100


async def copy_model(
    uow: UnitOfWork, owner: Owner, model_id: UUID, *, name: str | None = None
) -> StoredModel:
    """Add a copy of a model with its avatar, and copies of its variants, which are based on it.

    The copy of a variant has the same base. Raise NotFound, and TooManyModels if not all fit.
    """
    models = Models(uow)
    await models.lock(owner)
    original = await models.get(owner, model_id)
    copied = await _add_copy(uow, owner, original, name or _next_name(original.name), None)
    others, _ = await models.list_page(owner, limit=MAX_MODELS)
    for variant in others:
        if variant.based_on == model_id:
            await _add_copy(uow, owner, variant, variant.name, copied.id)
    return copied


async def _add_copy(
    uow: UnitOfWork, owner: Owner, original: StoredModel, name: str, base_id: UUID | None
) -> StoredModel:
    copied = await Models(uow).add(
        owner, name=name, body=original.own, based_on=base_id or original.based_on
    )
    if not original.has_avatar:
        return copied
    try:
        avatar = await Avatars(uow).get(owner, original.id)
    except NotFound:  # It was removed by another request.
        return copied
    await Avatars(uow).put(owner, copied.id, avatar.webp)
    return copied


def _next_name(name: str) -> str:
    """Return the name with a number behind it, which needs no language."""
    suffix = " (2)"
    return name[: _MAX_NAME - len(suffix)].rstrip() + suffix
