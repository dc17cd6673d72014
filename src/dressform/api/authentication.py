"""Who asks: the one way from a bearer token to a member, for every endpoint."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from dressform.api.state import AppState, get_state
from dressform.db.statements import Row, Statement
from dressform.errors import AccountRestricted, NotAnOperator, Unauthenticated
from dressform.repositories.members import MEMBER_QUERY, Members
from dressform.repositories.operators import MEMBER_AND_OPERATOR
from dressform.repositories.owners import Member


@dataclass(frozen=True, slots=True)
class AuthenticatedQuery:
    """Finds out who asks, and what they ask for in the same statement."""

    service: AppState
    bearer: HTTPAuthorizationCredentials | None

    async def fetch(self, statement: Statement, **params: Any) -> tuple[Member, Row]:
        """Raises Unauthenticated, AccountRestricted."""
        member, row = await self.fetch_allow_restricted(statement, **params)
        if member.restricted:
            raise AccountRestricted
        return member, row

    async def fetch_allow_restricted(
        self, statement: Statement, **params: Any
    ) -> tuple[Member, Row]:
        """Also for a member whose account is restricted. Raises Unauthenticated."""
        member, rows = await self.fetch_all(statement, **params)
        return member, rows[0]

    async def fetch_all(self, statement: Statement, **params: Any) -> tuple[Member, Sequence[Row]]:
        """Every row of what is asked for. Raises Unauthenticated."""
        if self.bearer is None:
            raise Unauthenticated
        uow = self.service.uows.read()
        claims = self.service.tokens.verify(self.bearer.credentials, at=uow.now)
        found = await Members(uow).get_by_session(
            claims.session_id, claims.account_id, statement, **params
        )
        if found is None:
            raise Unauthenticated
        return found


class _Bearer(HTTPBearer):
    """The security scheme of the OpenAPI document.

    Each of the dependencies below is one, and none depends on another: FastAPI takes as long for
    each level of dependencies as for the parameters of an endpoint.
    """

    def __init__(self) -> None:
        super().__init__(
            auto_error=False,
            scheme_name="accessToken",
            bearerFormat="JWT",
            description="The `access_token` of the response to `login` or `refresh`.",
        )

    async def _get_query(self, request: Request) -> AuthenticatedQuery:
        return AuthenticatedQuery(get_state(request), await super().__call__(request))


class GetAuthenticatedQuery(_Bearer):
    async def __call__(self, request: Request) -> AuthenticatedQuery:  # type: ignore[override]
        return await self._get_query(request)


class GetMember(_Bearer):
    async def __call__(self, request: Request) -> Member:  # type: ignore[override]
        member, _ = await (await self._get_query(request)).fetch_allow_restricted(MEMBER_QUERY)
        return member


class GetActiveMember(_Bearer):
    async def __call__(self, request: Request) -> Member:  # type: ignore[override]
        member, _ = await (await self._get_query(request)).fetch(MEMBER_QUERY)
        return member


class GetOperator(_Bearer):
    async def __call__(self, request: Request) -> Member:  # type: ignore[override]
        member, row = await (await self._get_query(request)).fetch(MEMBER_AND_OPERATOR)
        if row.operator_id is None:
            raise NotAnOperator
        return member
