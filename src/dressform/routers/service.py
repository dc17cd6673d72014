"""What a process holds for all of its requests, and how a request comes by it."""

from dataclasses import dataclass

from fastapi import Request

from dressform.audit.auditor import Auditor
from dressform.crypto.passwords import Passwords
from dressform.crypto.tokens import AccessTokens
from dressform.db.units import Units
from dressform.pictures import Pictures
from dressform.routers.attempts import Attempts
from dressform.settings import Settings


@dataclass(frozen=True, slots=True)
class Service:
    settings: Settings
    units: Units
    passwords: Passwords
    tokens: AccessTokens
    studio: Pictures
    attempts: Attempts
    auditor: Auditor


def service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service
