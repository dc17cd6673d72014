import base64
from dataclasses import dataclass
from uuid import UUID

from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import NotFound
from dressform.repositories.accounts import Accounts
from dressform.repositories.consents import Consent, Consents
from dressform.repositories.credentials import Credentials
from dressform.repositories.models import Models
from dressform.repositories.operators import Operators
from dressform.repositories.owners import Member
from dressform.repositories.pictures import Avatars, ProfilePictures
from dressform.repositories.profiles import Profiles, PublicProfile
from dressform.repositories.sealed_models import StoredModel
from dressform.repositories.sessions import OpenSession, Sessions


@dataclass(frozen=True, slots=True)
class AccountData:
    """All stored data of a member. Images are WebP in base64."""

    account: Credentials
    profile: PublicProfile
    picture: str | None
    models: list[tuple[StoredModel, str | None]]
    sessions: list[OpenSession]
    operator: bool
    consent: Consent | None


async def export_account(uow: UnitOfWork, member: Member) -> AccountData:
    """Return all stored data of a member (GDPR articles 15 and 20), machine-readable."""
    models, _ = await Models(uow).list_page(member, limit=100)
    return AccountData(
        account=await Accounts(uow).get_credentials(member),
        profile=await Profiles(uow).get(member),
        picture=await _read_picture(uow, member),
        models=[(model, await _read_avatar(uow, member, model.id)) for model in models],
        sessions=await Sessions(uow).list_all(member),
        operator=await Operators(uow).exists(member.account_id),
        consent=await Consents(uow).get(member),
    )


async def _read_picture(uow: UnitOfWork, member: Member) -> str | None:
    try:
        return base64.b64encode((await ProfilePictures(uow).get(member)).webp).decode()
    except NotFound:
        return None


async def _read_avatar(uow: UnitOfWork, member: Member, model_id: UUID) -> str | None:
    try:
        return base64.b64encode((await Avatars(uow).get(member, model_id)).webp).decode()
    except NotFound:
        return None
