"""What endpoints ask for, by name."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request, Security

from dressform.api.authentication import ActiveMemberOf, AnyMemberOf, AuthenticatedQuery, LookOf, OperatorOf
from dressform.api.rate_limiter import Attempts as AttemptCounter
from dressform.api.state import Service, service_of
from dressform.crypto.passwords import PasswordHasher
from dressform.crypto.tokens import AccessTokens
from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.images import ImageProcessor as PictureStudio
from dressform.repositories.accounts import Accounts as AccountRepository
from dressform.repositories.consents import Consents as ConsentRepository
from dressform.repositories.editions import Editions as EditionRepository
from dressform.repositories.mails import Mails as MailRepository
from dressform.repositories.models import Models as ModelRepository
from dressform.repositories.owners import Member
from dressform.repositories.pictures import Avatars as AvatarRepository
from dressform.repositories.pictures import ProfilePictures as PictureRepository
from dressform.repositories.profiles import Profiles as ProfileRepository
from dressform.repositories.sessions import Sessions as SessionRepository
from dressform.retention_audit.auditor import Auditor as RetentionAuditor
from dressform.settings.settings import Settings as ProcessSettings

ACCESS_TOKEN_LIFETIME = timedelta(minutes=10)

_READING = frozenset({"GET", "HEAD"})

T = TypeVar("T")


# Each provider is `async` although few of them wait: FastAPI would run the others in threads.
async def _service(request: Request) -> Service:
    return service_of(request)


async def _uow(request: Request) -> AsyncIterator[UnitOfWork]:
    """Reads run in autocommit; a change is committed before its answer is sent."""
    uows = service_of(request).uows
    if request.method in _READING:
        yield uows.read()
        return
    async with uows.transaction() as uow:
        yield uow


UnitOfWorkDep = Annotated[UnitOfWork, Depends(_uow, scope="function")]


def _repository(kind: Callable[[Any], T]) -> Callable[[Any], Awaitable[T]]:
    """A provider of a repository in the request's unit of work."""

    async def provide(uow: UnitOfWorkDep) -> T:
        return kind(uow)

    return provide


def _of_service(name: str) -> Callable[[Request], Awaitable[Any]]:
    """A provider of what the process holds for all requests under a name."""

    async def provide(request: Request) -> Any:
        return getattr(service_of(request), name)

    return provide


AppStateDep = Annotated[Service, Depends(_service)]
AuthenticatedQueryDep = Annotated[AuthenticatedQuery, Security(LookOf())]
"""For a question that is asked together with who asks it."""

CurrentMemberOrRestricted = Annotated[Member, Security(AnyMemberOf())]
"""Whoever is signed in, even while the account is restricted: to read, correct and remove their data."""

CurrentMember = Annotated[Member, Security(ActiveMemberOf())]
"""Whoever is signed in and may also have their data used and shown."""

CurrentOperator = Annotated[Member, Security(OperatorOf())]
"""Whoever may look into the address log."""

# For what waits on something slow: it opens its own units of work around the waiting.
UnitOfWorkFactoryDep = Annotated[UnitOfWorkFactory, Depends(_of_service("uows"))]
PasswordHasherDep = Annotated[PasswordHasher, Depends(_of_service("passwords"))]
Tokens = Annotated[AccessTokens, Depends(_of_service("tokens"))]
ImageProcessorDep = Annotated[PictureStudio, Depends(_of_service("studio"))]
Attempts = Annotated[AttemptCounter, Depends(_of_service("attempts"))]
Auditor = Annotated[RetentionAuditor, Depends(_of_service("auditor"))]
Settings = Annotated[ProcessSettings, Depends(_of_service("settings"))]

Accounts = Annotated[AccountRepository, Depends(_repository(AccountRepository))]
Avatars = Annotated[AvatarRepository, Depends(_repository(AvatarRepository))]
Consents = Annotated[ConsentRepository, Depends(_repository(ConsentRepository))]
Editions = Annotated[EditionRepository, Depends(_repository(EditionRepository))]
Mails = Annotated[MailRepository, Depends(_repository(MailRepository))]
Models = Annotated[ModelRepository, Depends(_repository(ModelRepository))]
Pictures = Annotated[PictureRepository, Depends(_repository(PictureRepository))]
Profiles = Annotated[ProfileRepository, Depends(_repository(ProfileRepository))]
Sessions = Annotated[SessionRepository, Depends(_repository(SessionRepository))]
