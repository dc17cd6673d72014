import base64
from dataclasses import dataclass
from uuid import UUID

from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import NotFound
from dressform.repositories.accounts import Accounts
from dressform.repositories.consents import Consent, Consents
from dressform.repositories.credentials import Credentials
from dressform.repositories.idempotent_requests import IdempotentRequests, StoredRequest
from dressform.repositories.models import Models
from dressform.repositories.operators import Operators
from dressform.repositories.owners import Member
from dressform.repositories.pictures import Avatars, ProfilePictures
from dressform.repositories.profiles import Profiles, PublicProfile
from dressform.repositories.sealed_models import StoredModel
from dressform.repositories.session_types import OpenSession
from dressform.repositories.sessions import Sessions


@dataclass(frozen=True, slots=True)
class AccountData:
    """All stored data of a member (GDPR articles 15 and 20).

    Images are read one at a time when they are asked for, since all of them may take 90 MB. Each is
    WebP in base64, or None.
    """

    uow: UnitOfWork
    member: Member
    account: Credentials
    profile: PublicProfile
    models: list[StoredModel]
    sessions: list[OpenSession]
    operator: bool
    consent: Consent | None
    repeated_requests: list[StoredRequest]

    async def read_picture(self) -> str | None:
        try:
            return _encode((await ProfilePictures(self.uow).get(self.member)).webp)
        except NotFound:
            return None

    async def read_avatar(self, model_id: UUID) -> str | None:
        try:
            return _encode((await Avatars(self.uow).get(self.member, model_id)).webp)
        except NotFound:
            return None


async def export_account(uow: UnitOfWork, member: Member) -> AccountData:
    """Return all stored data of a member. The unit of work stays in use until all was read."""
    models, _ = await Models(uow).list_page(member, limit=100)
    return AccountData(
        uow,
        member,
        account=await Accounts(uow).get_credentials(member),
        profile=await Profiles(uow).get(member),
        models=models,
        sessions=await Sessions(uow).list_all(member),
        operator=await Operators(uow).exists(member.account_id),
        consent=await Consents(uow).get(member),
        repeated_requests=await IdempotentRequests(uow, member).list_all(),
    )


def _encode(webp: bytes) -> str:
    return base64.b64encode(webp).decode()
