from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response, status

from dressform.api.dependencies import CurrentMemberOrRestricted, SessionRepositoryDep
from dressform.api.problem_responses import problem_responses
from dressform.api.schemas.sessions import SessionRead, SessionsRead, SessionUpdate
from dressform.errors import NotFound

router = APIRouter(prefix="/v1/auth", tags=["auth"])

SessionId = Annotated[
    UUID, Path(description="The id of the session, from the list of your sessions.")
]


@router.get("/sessions", response_description="Your sessions.")
async def list_sessions(
    me: CurrentMemberOrRestricted, sessions: SessionRepositoryDep
) -> SessionsRead:
    """List your sessions

    Of the times of a session only days are stored. An account has 100 sessions at most: one
    more login ends the oldest.
    """
    found = await sessions.list_all(me)
    return SessionsRead(
        items=[SessionRead.from_domain(one, current=me.session_id) for one in found]
    )


@router.delete(
    "/sessions",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="All other sessions have ended.",
)
async def end_other_sessions(me: CurrentMemberOrRestricted, sessions: SessionRepositoryDep) -> None:
    """End all other sessions

    Only the session of this request stays.
    """
    await sessions.delete_all(me, except_id=me.session_id)


@router.patch(
    "/sessions/{session_id}",
    response_description="The session with its new name.",
    responses=problem_responses(NotFound),
)
async def rename_session(
    session_id: SessionId,
    payload: SessionUpdate,
    me: CurrentMemberOrRestricted,
    sessions: SessionRepositoryDep,
) -> SessionRead:
    """Name one of your sessions

    A name tells you which device it is. Nothing is stored of the device itself.
    """
    renamed = await sessions.rename(me, session_id, payload.name)
    return SessionRead.from_domain(renamed, current=me.session_id)


@router.delete(
    "/sessions/{session_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The session has ended.",
    responses=problem_responses(NotFound),
)
async def end_session(
    session_id: SessionId, me: CurrentMemberOrRestricted, sessions: SessionRepositoryDep
) -> None:
    """End one of your sessions"""
    await sessions.delete(me, session_id)
