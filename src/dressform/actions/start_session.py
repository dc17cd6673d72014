from dressform.db.unit_of_work import UnitOfWork
from dressform.repositories.owners import Owner
from dressform.repositories.refreshed_sessions import RefreshedSessions
from dressform.repositories.session_types import IssuedSession
from dressform.repositories.sessions import Sessions


async def start_session(
    uow: UnitOfWork, owner: Owner, *, remember: bool = True, replaced_token: str | None = None
) -> IssuedSession:
    """Start a session of an account that was just proven, in the transaction of `uow`.

    `replaced_token`: the refresh token that the browser's cookie holds so far. Its session ends,
    whichever account it belongs to, because the browser forgets it. `remember`: whether the session
    outlives the visit; otherwise it ends sooner, and so does its cookie.
    """
    if replaced_token is not None:
        await RefreshedSessions(uow).delete(replaced_token)
    return await Sessions(uow).add(owner, remember=remember)
