"""`dressform operators`: who may look into the address log."""

from uuid import UUID

import pytest
from fastapi import FastAPI

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.account_data import PROFILE
from dressform.repositories.accounts import Accounts
from dressform.repositories.operators import Operators
from tests.cli.conftest import Run
from tests.conftest import MovableClock
from tests.helpers.coarse_times import end_of
from tests.helpers.members import MemberClient


async def id_of(uows: UnitOfWorkFactory, person: MemberClient) -> UUID:
    uow = uows.read()
    found = await Accounts(uow).get_by_email(person.email)
    assert found is not None
    return found.owner.account_id


async def is_operator(uows: UnitOfWorkFactory, person: MemberClient) -> bool:
    uow = uows.read()
    return await Operators(uow).contains(await id_of(uows, person))


async def test_by_either_name_once_or_twice(
    ada: MemberClient, uows: UnitOfWorkFactory, run: Run
) -> None:
    status, said, logged = await run("operators", "add", "ada")
    assert (status, said) == (0, "ada is now an operator.\n")
    assert logged.endswith(" WARNING dressform.security: operator-added\n")
    assert await is_operator(uows, ada)
    assert await run("operators", "add", "Ada@Example.org") == (
        0,
        "Ada@example.org is already an operator.\n",
        "",
    )

    status, said, _ = await run("operators", "list")
    assert (status, said.split()[0], len(said.splitlines())) == (0, "ada", 1)

    status, said, logged = await run("operators", "remove", "ada@example.org")
    assert (status, said) == (0, "ada@example.org is no longer an operator.\n")
    assert logged.endswith(" WARNING dressform.security: operator-removed\n")
    assert not await is_operator(uows, ada)
    assert await run("operators", "remove", "ada") == (0, "ada is not an operator.\n", "")
    assert await run("operators", "list") == (0, "There are no operators.\n", "")


@pytest.mark.parametrize("login", [" ada", "ada\u00a0", "\tada@example.org\n"])
async def test_white_space_around_a_login_is_removed(
    ada: MemberClient, uows: UnitOfWorkFactory, run: Run, login: str
) -> None:
    status, said, _ = await run("operators", "add", login)

    assert (status, said) == (0, f"{login.strip()} is now an operator.\n")
    assert await is_operator(uows, ada)


@pytest.mark.parametrize("command", ["add", "remove"])
@pytest.mark.parametrize("login", ["grace", "grace@example.org", "", "@", "ad a"])
async def test_whoever_has_no_account_is_named(
    app: FastAPI, ada: MemberClient, run: Run, command: str, login: str
) -> None:
    status, said, complaint = await run("operators", command, login)

    assert (status, said) == (1, "")
    assert complaint == (
        f"dressform: There is no account {login!r}: give its username or e-mail address.\n"
    )


async def test_who_had_processing_restricted_is_none(
    ada: MemberClient, uows: UnitOfWorkFactory, run: Run
) -> None:
    await run("operators", "add", "ada")
    body = {"restricted": True, "password": ada.password}
    assert (await ada.request("PUT", "/v1/privacy/restriction", json=body)).status_code == 204

    assert not await is_operator(uows, ada)
    assert await run("operators", "list") == (0, "There are no operators.\n", "")
    assert await run("operators", "add", "ada") == (
        1,
        "",
        "dressform: The processing of the data of 'ada' is restricted: only they can lift that.\n",
    )
    assert (await run("operators", "remove", "ada"))[1] == "ada is no longer an operator.\n"


async def test_an_ended_account_is_none(
    ada: MemberClient, uows: UnitOfWorkFactory, run: Run, clock: MovableClock
) -> None:
    account_id = await id_of(uows, ada)
    await run("operators", "add", "ada")
    clock.at = end_of(PROFILE, clock())

    uow = uows.read()
    operators = Operators(uow)
    assert not await operators.contains(account_id)
    assert await operators.list_all() == []
    assert await operators.get_usernames({account_id}) == {}


async def test_erasing_the_account_ends_it(
    ada: MemberClient, uows: UnitOfWorkFactory, run: Run
) -> None:
    account_id = await id_of(uows, ada)
    await run("operators", "add", "ada")
    erased = await ada.request("POST", "/v1/privacy/erasure", json={"password": ada.password})
    assert erased.status_code == 204

    uow = uows.read()
    assert not await Operators(uow).exists(account_id)
