"""Commands as an operator types them, on the database of the application under test."""

from collections.abc import Awaitable, Callable

import pytest

from dressform.settings.settings import Settings
from tests.conftest import MovableClock
from tests.helpers.cli import dressform, environment

Run = Callable[..., Awaitable[tuple[int, str, str]]]


@pytest.fixture
def clock(settings: Settings) -> MovableClock:
    """The real one, as the commands have it, but standing still."""
    return MovableClock(settings.clock())


@pytest.fixture
def run(settings: Settings) -> Run:
    """Gives the exit code, what was said, and what was said on standard error."""

    async def made(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        done = await dressform(*arguments, environment=environment(settings), typed=typed)
        return done.returncode, done.stdout, done.stderr

    return made
