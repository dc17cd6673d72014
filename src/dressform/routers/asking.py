"""Who asks: the one way from a bearer token to a member, for every endpoint."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from dressform.errors import NotAnOperator, NotSignedIn, Restricted
from dressform.questions import Question, Row
from dressform.repositories.members import WHO, Members
from dressform.repositories.operators import Operators
from dressform.repositories.owners import Member
from dressform.routers.service import Service, service_of

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="accessToken",
    bearerFormat="JWT",
    description="The `access_token` that signing in or refreshing answered.",
)

Bearer = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


@dataclass(frozen=True, slots=True)
class Look:
    """Finds out who asks, and what they ask for in the same look."""

    service: Service
    bearer: HTTPAuthorizationCredentials | None

    async def at(self, question: Question, **asked: Any) -> tuple[Member, Row]:
        """Raises NotSignedIn, Restricted."""
        member, row = await self.at_any(question, **asked)
        if member.restricted:
            raise Restricted
        return member, row

    async def at_any(self, question: Question, **asked: Any) -> tuple[Member, Row]:
        """Also for a member whose account is restricted. Raises NotSignedIn."""
        if self.bearer is None:
            raise NotSignedIn
        units = self.service.units
        claims = self.service.tokens.verify(self.bearer.credentials, at=units.clock())
        found = await Members(units).by_session(
            claims.session_id, claims.account_id, question, **asked
        )
        if found is None:
            raise NotSignedIn
        return found


async def look(request: Request, bearer: Bearer) -> Look:
    return Look(service_of(request), bearer)


async def look_of(request: Request) -> Look:
    """The same for whoever has nothing but the request."""
    return await look(request, await _bearer(request))


async def any_member(request: Request, bearer: Bearer) -> Member:
    member, _ = await Look(service_of(request), bearer).at_any(WHO)
    return member


async def active_member(request: Request, bearer: Bearer) -> Member:
    member, _ = await Look(service_of(request), bearer).at(WHO)
    return member


async def operator(request: Request, bearer: Bearer) -> Member:
    member = await active_member(request, bearer)
    async with service_of(request).units.reading() as unit:
        if not await Operators(unit).contains(member.account_id):
            raise NotAnOperator
    return member
