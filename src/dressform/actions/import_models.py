from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from dressform.actions.change_profile import change_profile
from dressform.actions.plan_import import PlannedModel
from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.errors import NotFound, TooManyModels
from dressform.repositories.idempotent_requests import IdempotentRequests, RequestKey
from dressform.repositories.model_statements import MAX_MODELS
from dressform.repositories.models import Models
from dressform.repositories.owners import Member
from dressform.repositories.pictures import Avatars, ProfilePictures
from dressform.repositories.sealed_models import StoredModel


@dataclass(frozen=True, slots=True)
class ProfileChanges:
    """The fields of the profile that an import sets, and the picture."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    picture: bytes | None = None


async def import_models(
    uows: UnitOfWorkFactory,
    member: Member,
    plans: Sequence[PlannedModel],
    profile: ProfileChanges,
    key: RequestKey | None = None,
) -> list[StoredModel | None]:
    """Add all models and change the profile, or do nothing at all. With a key, do it only once.

    The result has None for a plan that is not stored. Raise TooManyModels, Unauthenticated, and
    InvalidInput for too many social accounts.
    """
    async with uows.transaction() as uow:
        requests = IdempotentRequests(uow, member)
        added = await requests.claim(key)
        if added is not None:
            return [await _find(uow, member, model_id) for model_id in added]
        if profile.fields:
            # An import never sets a username, the only field that the words of the site concern.
            await change_profile(uow, member, dict(profile.fields), site_words=())
        if profile.picture:
            await ProfilePictures(uow).put(member, profile.picture)
        stored: list[StoredModel | None] = []
        try:
            for plan in plans:
                base = None if plan.base is None else stored[plan.base]
                stored.append(await _add(uow, member, plan, base) if plan.is_stored else None)
        except TooManyModels:
            number = sum(plan.is_stored for plan in plans)
            raise TooManyModels(_limit_message(number)) from None
        await requests.record(key, [model.id if model else None for model in stored])
        return stored


async def _find(uow: UnitOfWork, member: Member, model_id: UUID | None) -> StoredModel | None:
    """Return a model that was added before, or None if it was deleted since."""
    try:
        return await Models(uow).get(member, model_id) if model_id else None
    except NotFound:
        return None


async def _add(
    uow: UnitOfWork, member: Member, plan: PlannedModel, base: StoredModel | None
) -> StoredModel:
    model = await Models(uow).add(
        member, name=plan.name, body=plan.own, based_on=base.id if base else None
    )
    if plan.avatar is None:
        return model
    await Avatars(uow).put(member, model.id, plan.avatar)
    return replace(model, has_avatar=True)


def _limit_message(count: int) -> str:
    return (
        f"The file holds {count} models, an account at most {MAX_MODELS}: nothing was imported. Remove "
        "some of yours first."
    )
