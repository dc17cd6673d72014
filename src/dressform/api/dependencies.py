"""The dependencies of endpoints, by name."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request, Security

from dressform.api.authentication import (
    AuthenticatedQuery,
    GetActiveMember,
    GetAuthenticatedQuery,
    GetMember,
    GetOperator,
)
from dressform.api.state import AppState, get_state
from dressform.crypto.passwords import PasswordHasher
from dressform.crypto.tokens import AccessTokens
from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.images import ImageProcessor
from dressform.repositories.addressed_pictures import (
    AddressedPictures as AddressedPictureRepository,
)
from dressform.repositories.consents import Consents as ConsentRepository
from dressform.repositories.editions import Editions as EditionRepository
from dressform.repositories.mails import Mails as MailRepository
from dressform.repositories.models import Models as ModelRepository
from dressform.repositories.owners import Member
from dressform.repositories.pictures import Avatars as AvatarRepository
from dressform.repositories.pictures import ProfilePictures as PictureRepository
from dressform.repositories.profiles import Profiles as ProfileRepository
from dressform.repositories.refreshed_sessions import (
    RefreshedSessions as RefreshedSessionRepository,
)
from dressform.repositories.sessions import Sessions as SessionRepository
from dressform.retention_audit.auditor import Auditor as RetentionAuditor
from dressform.settings.settings import Settings as ProcessSettings

_SAFE_METHODS = frozenset({"GET", "HEAD"})

T = TypeVar("T")


# Each provider is `async` although few of them wait: FastAPI would run the others in threads.
async def _state(request: Request) -> AppState:
    return get_state(request)


async def _uow(request: Request) -> AsyncIterator[UnitOfWork]:
    """Yield the unit of work: safe methods read in autocommit, others commit before the response."""
    uows = get_state(request).uows
    if request.method in _SAFE_METHODS:
        yield uows.read()
        return
    async with uows.transaction() as uow:
        yield uow


UnitOfWorkDep = Annotated[UnitOfWork, Depends(_uow, scope="function")]


def _repository(kind: Callable[[Any], T]) -> Callable[[Any], Awaitable[T]]:
    """Return a provider of a repository in the unit of work of the request."""

    async def provide(uow: UnitOfWorkDep) -> T:
        return kind(uow)

    return provide


def _from_state(name: str) -> Callable[[Request], Awaitable[Any]]:
    """Return a provider of an attribute of the application's state."""

    async def provide(request: Request) -> Any:
        return getattr(get_state(request), name)

    return provide


AppStateDep = Annotated[AppState, Depends(_state)]
AuthenticatedQueryDep = Annotated[AuthenticatedQuery, Security(GetAuthenticatedQuery())]
"""For a query that runs in the same statement as the authentication."""

CurrentMemberOrRestricted = Annotated[Member, Security(GetMember())]
"""The signed-in member, whose account may be restricted: to read, correct and delete data."""

CurrentMember = Annotated[Member, Security(GetActiveMember())]
"""The signed-in member, whose account is not restricted."""


async def _claim_picture(me: CurrentMemberOrRestricted, state: AppStateDep) -> AsyncIterator[None]:
    with state.claims.hold("picture", me.account_id):
        yield


async def _claim_import(me: CurrentMember, state: AppStateDep) -> AsyncIterator[None]:
    with state.claims.hold("import", me.account_id):
        yield


async def _claim_export(me: CurrentMemberOrRestricted, state: AppStateDep) -> AsyncIterator[None]:
    with state.claims.hold("export", me.account_id):
        yield


# Each is held until the response was sent, and comes before the body is read.
OnePicture = Depends(_claim_picture)
OneImport = Depends(_claim_import)
OneExport = Depends(_claim_export)

CurrentOperator = Annotated[Member, Security(GetOperator())]
"""The signed-in member, who is an operator."""

# For an endpoint that awaits something slow: it opens its own units of work around that.
UnitOfWorkFactoryDep = Annotated[UnitOfWorkFactory, Depends(_from_state("uows"))]
PasswordHasherDep = Annotated[PasswordHasher, Depends(_from_state("passwords"))]
AccessTokensDep = Annotated[AccessTokens, Depends(_from_state("tokens"))]
ImageProcessorDep = Annotated[ImageProcessor, Depends(_from_state("images"))]
AuditorDep = Annotated[RetentionAuditor, Depends(_from_state("auditor"))]
SettingsDep = Annotated[ProcessSettings, Depends(_from_state("settings"))]

AddressedPictureRepositoryDep = Annotated[
    AddressedPictureRepository, Depends(_repository(AddressedPictureRepository))
]
AvatarRepositoryDep = Annotated[AvatarRepository, Depends(_repository(AvatarRepository))]
ConsentRepositoryDep = Annotated[ConsentRepository, Depends(_repository(ConsentRepository))]
EditionRepositoryDep = Annotated[EditionRepository, Depends(_repository(EditionRepository))]
MailRepositoryDep = Annotated[MailRepository, Depends(_repository(MailRepository))]
ModelRepositoryDep = Annotated[ModelRepository, Depends(_repository(ModelRepository))]
PictureRepositoryDep = Annotated[PictureRepository, Depends(_repository(PictureRepository))]
ProfileRepositoryDep = Annotated[ProfileRepository, Depends(_repository(ProfileRepository))]
RefreshedSessionRepositoryDep = Annotated[
    RefreshedSessionRepository, Depends(_repository(RefreshedSessionRepository))
]
SessionRepositoryDep = Annotated[SessionRepository, Depends(_repository(SessionRepository))]
