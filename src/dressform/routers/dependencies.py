"""What endpoints ask for, by name."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request

from dressform.audit.auditor import Auditor as RetentionAuditor
from dressform.crypto.passwords import Passwords
from dressform.crypto.tokens import AccessTokens
from dressform.database import Unit, Units
from dressform.pictures import Pictures as PictureStudio
from dressform.repositories.accounts import Accounts as AccountRepository
from dressform.repositories.consents import Consents as ConsentRepository
from dressform.repositories.editions import Editions as EditionRepository
from dressform.repositories.mails import Mails as MailRepository
from dressform.repositories.models import Models as ModelRepository
from dressform.repositories.owners import Member
from dressform.repositories.pictures import Avatars as AvatarRepository
from dressform.repositories.pictures import Pictures as PictureRepository
from dressform.repositories.profiles import Profiles as ProfileRepository
from dressform.repositories.sessions import Sessions as SessionRepository
from dressform.routers.asking import Look, active_member, any_member, look, operator
from dressform.routers.attempts import Attempts as AttemptCounter
from dressform.routers.service import Service, service_of
from dressform.settings import Settings as ProcessSettings

ACCESS_TOKEN_LIFETIME = timedelta(minutes=10)

_READING = frozenset({"GET", "HEAD"})


# Each is `async` although few of them wait: FastAPI would run the others in threads. None depends
# on more than it must: FastAPI walks through all of that again for each that is asked for.
async def _service(request: Request) -> Service:
    return service_of(request)


async def _unit(request: Request) -> AsyncIterator[Unit]:
    """Reads run in autocommit; a change is committed before its answer is sent."""
    units = service_of(request).units
    async with units.reading() if request.method in _READING else units.writing() as unit:
        yield unit


TheService = Annotated[Service, Depends(_service)]
InUnit = Annotated[Unit, Depends(_unit, scope="function")]
InOneLook = Annotated[Look, Depends(look)]
"""For a question that is asked together with who asks it."""

AnyMember = Annotated[Member, Depends(any_member)]
"""Whoever is signed in, even while the account is restricted: to read, correct and remove their data."""

Me = Annotated[Member, Depends(active_member)]
"""Whoever is signed in and may also have their data used and shown."""

AnOperator = Annotated[Member, Depends(operator)]
"""Whoever may look into the address log."""


async def _units(request: Request) -> Units:
    return service_of(request).units


async def _passwords(request: Request) -> Passwords:
    return service_of(request).passwords


async def _tokens(request: Request) -> AccessTokens:
    return service_of(request).tokens


async def _studio(request: Request) -> PictureStudio:
    return service_of(request).studio


async def _auditor(request: Request) -> RetentionAuditor:
    return service_of(request).auditor


async def _attempts(request: Request) -> AttemptCounter:
    return service_of(request).attempts


async def _settings(request: Request) -> ProcessSettings:
    return service_of(request).settings


async def _accounts(unit: InUnit) -> AccountRepository:
    return AccountRepository(unit)


async def _avatars(unit: InUnit) -> AvatarRepository:
    return AvatarRepository(unit)


async def _consents(unit: InUnit) -> ConsentRepository:
    return ConsentRepository(unit)


async def _editions(unit: InUnit) -> EditionRepository:
    return EditionRepository(unit)


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
Consents = Annotated[ConsentRepository, Depends(_consents)]
Editions = Annotated[EditionRepository, Depends(_editions)]
Mails = Annotated[MailRepository, Depends(_mails)]
Models = Annotated[ModelRepository, Depends(_models)]
Pictures = Annotated[PictureRepository, Depends(_pictures)]
Profiles = Annotated[ProfileRepository, Depends(_profiles)]
Sessions = Annotated[SessionRepository, Depends(_sessions)]
