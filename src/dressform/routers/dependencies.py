"""What endpoints ask for, by name."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from dressform.audit.auditor import Auditor as RetentionAuditor
from dressform.crypto.passwords import Passwords
from dressform.crypto.tokens import AccessTokens
from dressform.database import Unit, Units
from dressform.errors import NotAnOperator, NotSignedIn, Restricted
from dressform.pictures import Pictures as PictureStudio
from dressform.repositories.accounts import Accounts as AccountRepository
from dressform.repositories.mails import Mails as MailRepository
from dressform.repositories.models import Models as ModelRepository
from dressform.repositories.operators import Operators as OperatorRepository
from dressform.repositories.owners import Member
from dressform.repositories.pictures import Avatars as AvatarRepository
from dressform.repositories.pictures import Pictures as PictureRepository
from dressform.repositories.profiles import Profiles as ProfileRepository
from dressform.repositories.sessions import Sessions as SessionRepository
from dressform.routers.attempts import Attempts as AttemptCounter
from dressform.settings import Settings as ProcessSettings

ACCESS_TOKEN_LIFETIME = timedelta(minutes=10)

_READING = frozenset({"GET", "HEAD"})
_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="accessToken",
    bearerFormat="JWT",
    description="The `access_token` that signing in or refreshing answered.",
)


@dataclass(frozen=True, slots=True)
class Service:
    """What a process holds for all of its requests."""

    settings: ProcessSettings
    units: Units
    passwords: Passwords
    tokens: AccessTokens
    studio: PictureStudio
    attempts: AttemptCounter
    auditor: RetentionAuditor


# Each is `async` although few of them wait: FastAPI would run the others in threads.
async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


TheService = Annotated[Service, Depends(_service)]


async def _unit(request: Request, service: TheService) -> AsyncIterator[Unit]:
    """Reads run in autocommit; a change is committed before its answer is sent."""
    units = service.units
    async with units.reading() if request.method in _READING else units.writing() as unit:
        yield unit


InUnit = Annotated[Unit, Depends(_unit, scope="function")]


async def _member(
    service: TheService,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Member:
    if credentials is None:
        raise NotSignedIn
    claims = service.tokens.verify(credentials.credentials, at=service.units.clock())
    async with service.units.reading() as unit:
        member = await AccountRepository(unit).by_session(claims.session_id, claims.account_id)
    if member is None:
        raise NotSignedIn
    return member


AnyMember = Annotated[Member, Depends(_member)]
"""Whoever is signed in, even while the account is restricted."""


async def _active(member: AnyMember) -> Member:
    if member.restricted:
        raise Restricted
    return member


Me = Annotated[Member, Depends(_active)]
"""Whoever is signed in and may be served."""


async def _operator(service: TheService, me: Me) -> Member:
    async with service.units.reading() as unit:
        if not await OperatorRepository(unit).contains(me.account_id):
            raise NotAnOperator
    return me


AnOperator = Annotated[Member, Depends(_operator)]
"""Whoever may look into the address log."""


async def _units(service: TheService) -> Units:
    return service.units


async def _passwords(service: TheService) -> Passwords:
    return service.passwords


async def _tokens(service: TheService) -> AccessTokens:
    return service.tokens


async def _studio(service: TheService) -> PictureStudio:
    return service.studio


async def _auditor(service: TheService) -> RetentionAuditor:
    return service.auditor


async def _attempts(service: TheService) -> AttemptCounter:
    return service.attempts


async def _settings(service: TheService) -> ProcessSettings:
    return service.settings


async def _accounts(unit: InUnit) -> AccountRepository:
    return AccountRepository(unit)


async def _avatars(unit: InUnit) -> AvatarRepository:
    return AvatarRepository(unit)


async def _mails(unit: InUnit) -> MailRepository:
    return MailRepository(unit)


async def _models(unit: InUnit) -> ModelRepository:
    return ModelRepository(unit)


async def _pictures(unit: InUnit) -> PictureRepository:
    return PictureRepository(unit)


async def _profiles(unit: InUnit) -> ProfileRepository:
    return ProfileRepository(unit)


async def _sessions(unit: InUnit) -> SessionRepository:
    return SessionRepository(unit)


# For what waits on something slow: it opens its own units of work around the waiting.
OpenUnits = Annotated[Units, Depends(_units)]
Hasher = Annotated[Passwords, Depends(_passwords)]
Tokens = Annotated[AccessTokens, Depends(_tokens)]
Studio = Annotated[PictureStudio, Depends(_studio)]
Attempts = Annotated[AttemptCounter, Depends(_attempts)]
Auditor = Annotated[RetentionAuditor, Depends(_auditor)]
Settings = Annotated[ProcessSettings, Depends(_settings)]

Accounts = Annotated[AccountRepository, Depends(_accounts)]
Avatars = Annotated[AvatarRepository, Depends(_avatars)]
Mails = Annotated[MailRepository, Depends(_mails)]
Models = Annotated[ModelRepository, Depends(_models)]
Pictures = Annotated[PictureRepository, Depends(_pictures)]
Profiles = Annotated[ProfileRepository, Depends(_profiles)]
Sessions = Annotated[SessionRepository, Depends(_sessions)]
