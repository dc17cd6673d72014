"""Who asks: the one way from a bearer token to a member, for every endpoint."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from dressform.db.statements import Row, Statement
from dressform.errors import NotAnOperator, NotSignedIn, Restricted
from dressform.repositories.members import WHO, Members
from dressform.repositories.operators import OPERATOR_AND_WHO
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
    """Finds out who asks, and what they ask for in the same statement."""

    service: Service
    bearer: HTTPAuthorizationCredentials | None

    async def at(self, statement: Statement, **asked: Any) -> tuple[Member, Row]:
        """Raises NotSignedIn, Restricted."""
        return _active(await self.at_any(statement, **asked))

    async def at_any(self, statement: Statement, **asked: Any) -> tuple[Member, Row]:
        """Also for a member whose account is restricted. Raises NotSignedIn."""
        member, rows = await self.at_all(statement, **asked)
        return member, rows[0]

    async def at_all(self, statement: Statement, **asked: Any) -> tuple[Member, Sequence[Row]]:
        """Every row of what is asked for. Raises NotSignedIn."""
        if self.bearer is None:
            raise NotSignedIn
        unit = self.service.units.read()
        claims = self.service.tokens.verify(self.bearer.credentials, at=unit.at)
        found = await Members(unit).by_session(
            claims.session_id, claims.account_id, statement, **asked
        )
        if found is None:
            raise NotSignedIn
        return found


def _active(found: tuple[Member, Row]) -> tuple[Member, Row]:
    if found[0].restricted:
        raise Restricted
    return found


async def look(request: Request, bearer: Bearer) -> Look:
    return Look(service_of(request), bearer)


async def any_member(request: Request, bearer: Bearer) -> Member:
    member, _ = await Look(service_of(request), bearer).at_any(WHO)
    return member


async def active_member(request: Request, bearer: Bearer) -> Member:
    member, _ = await Look(service_of(request), bearer).at(WHO)
    return member


async def operator(request: Request, bearer: Bearer) -> Member:
    member, row = await Look(service_of(request), bearer).at(OPERATOR_AND_WHO)
    if row.operator_id is None:
        raise NotAnOperator
    return member
