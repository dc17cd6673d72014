"""The commands that grant and revoke access to the access log."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from dressform.bootstrap import bootstrap, resolved_settings
from dressform.db.unit_of_work import UnitOfWork
from dressform.errors import StartupError
from dressform.logging.security_events import SecurityEvent, log_security_event
from dressform.mail.addresses import normalize_login
from dressform.repositories.accounts import Accounts
from dressform.repositories.credentials import Credentials
from dressform.repositories.operators import Operators
from dressform.settings.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Who may look into the address log.")

_Outcome = tuple[str, SecurityEvent | None]
"""A sentence to print, and an event to log once it is committed."""
_Task = Callable[[UnitOfWork], Awaitable[_Outcome]]

Login = Annotated[
    str,
    typer.Argument(help="Username or e-mail address.", metavar="LOGIN", callback=normalize_login),
]


@app.command()
def add(login: Login) -> None:
    """Make a member an operator."""

    async def task(uow: UnitOfWork) -> _Outcome:
        account = await _get_member(uow, login)
        if account.restricted_at is not None:
            raise StartupError(
                f"The processing of the data of {login!r} is restricted: only they can lift that."
            )
        added = await Operators(uow).add(account.owner.account_id)
        event = SecurityEvent.OPERATOR_ADDED if added else None
        return f"{login} is {'now' if added else 'already'} an operator.", event

    _run_and_print(task)


@app.command()
def remove(login: Login) -> None:
    """Make an operator a mere member again. The records of their look-ups stay."""

    async def task(uow: UnitOfWork) -> _Outcome:
        account = await _get_member(uow, login)
        removed = await Operators(uow).remove(account.owner.account_id)
        event = SecurityEvent.OPERATOR_REMOVED if removed else None
        return f"{login} is {'no longer' if removed else 'not'} an operator.", event

    _run_and_print(task)


@app.command("list")
def list_all() -> None:
    """Show the operators, and since when they are; not those whose account is restricted."""

    async def task(uow: UnitOfWork) -> _Outcome:
        lines = [
            f"{one.username:<30} {one.created_at:%Y-%m-%d}"
            for one in await Operators(uow).list_all()
        ]
        return "\n".join(lines) or "There are no operators.", None

    _run_and_print(task)


async def _get_member(uow: UnitOfWork, login: str) -> Credentials:
    account = await Accounts(uow).get_by_login(login)
    if account is None:
        raise StartupError(f"There is no account {login!r}: give its username or e-mail address.")
    return account


def _run_and_print(task: _Task) -> None:
    with resolved_settings() as settings:
        typer.echo(asyncio.run(_run(settings, task)))


async def _run(settings: Settings, task: _Task) -> str:
    async with bootstrap(settings) as (uows, _):
        async with uows.transaction() as uow:
            sentence, event = await task(uow)
        if event is not None:
            log_security_event(event)
    return sentence
