"""The one way from a bearer token to a member, for every endpoint."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.security import HTTPBearer

from dressform.api.state import AppState, get_state
from dressform.crypto.tokens import Claims
from dressform.db.statements import Row, Statement
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import AccountRestricted, NotAnOperator, Unauthenticated
from dressform.logging.security_events import SecurityEvent, log_security_event
from dressform.repositories.members import MEMBER_QUERY, Members
from dressform.repositories.operators import MEMBER_AND_OPERATOR
from dressform.repositories.owners import Member


@dataclass(frozen=True, slots=True)
class AuthenticatedQuery:
    """Loads the member of a verified token, and in the same statement what the request asks for."""

    state: AppState
    uow: UnitOfWork
    claims: Claims

    async def fetch(self, statement: Statement, **params: Any) -> tuple[Member, Row]:
        """Return the member and the row. Raise Unauthenticated or AccountRestricted."""
        member, row = await self.fetch_allow_restricted(statement, **params)
        if member.restricted:
            raise AccountRestricted
        return member, row

    async def fetch_allow_restricted(
        self, statement: Statement, **params: Any
    ) -> tuple[Member, Row]:
        """Return the same for a restricted member as well. Raise Unauthenticated."""
        member, rows = await self.fetch_all(statement, **params)
        return member, rows[0]

    async def fetch_all(self, statement: Statement, **params: Any) -> tuple[Member, Sequence[Row]]:
        """Return the member and all rows. Raise Unauthenticated when the session has ended."""
        found = await Members(self.uow).get_by_session(
            self.claims.session_id, self.claims.account_id, statement, **params
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
        """Verify the token and count the request, before any parameter of it is validated.

        Raise Unauthenticated or RateLimited.
        """
        credentials = await super().__call__(request)
        if credentials is None:
            raise Unauthenticated
        state = get_state(request)
        uow = state.uows.read()
        claims = state.tokens.verify(credentials.credentials, at=uow.now)
        state.member_limiter.check(claims.account_id)
        return AuthenticatedQuery(state, uow, claims)


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
            log_security_event(SecurityEvent.NOT_AN_OPERATOR)
            raise NotAnOperator
        return member
