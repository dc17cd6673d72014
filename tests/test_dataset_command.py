"""`dressform dataset`: each operator at the keyboard proves who they are."""

from collections.abc import Awaitable, Callable

import pytest

from dressform.settings import Settings
from tests.commands import dressform, environment
from tests.conftest import MovableClock
from tests.people import Person

Run = Callable[..., Awaitable[tuple[int, str, str]]]


@pytest.fixture
def clock(settings: Settings) -> MovableClock:
    """The real one, as the commands have it, but standing still."""
    return MovableClock(settings.clock())


@pytest.fixture
def run(settings: Settings) -> Run:
    async def made(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        done = await dressform(*arguments, environment=environment(settings), typed=typed)
        return done.returncode, done.stdout, done.stderr

    return made


async def test_only_an_operator_with_the_password_proposes(
    ada: Person, run: Run, clock: MovableClock
) -> None:
    status, said, _ = await run("dataset")
    assert (status, "nothing yet" in said) == (0, True)

    status, _, complaint = await run("dataset", "propose", "ada", typed=f"{ada.password}\n")
    assert (status, "ada is no operator" in complaint) == (1, True)
    assert (await run("operators", "add", "ada"))[0] == 0
    status, _, complaint = await run("dataset", "propose", "ada", typed="a guess\n")
    assert (status, "do not belong together" in complaint) == (1, True)

    status, said, complaint = await run("dataset", "propose", "ada", typed=f"{ada.password}\n")
    assert status == 0, complaint
    assert f"The edition of {clock.at.year} is proposed." in said
    assert ada.password not in said + complaint

    status, said, _ = await run("dataset")
    assert f"{clock.at.year}   proposed" in said

    status, _, complaint = await run("dataset", "approve", "ada", typed=f"{ada.password}\n")
    assert status == 1
    assert complaint.splitlines()[-1].startswith("dressform: ")
