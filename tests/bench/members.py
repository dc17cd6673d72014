"""Members for the benches: made by the repositories, with sessions and tokens as of a sign-in."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID

from dressform.api.app import AUDIENCE
from dressform.bootstrap import bootstrap, run_migrations
from dressform.crypto.passwords import PasswordHasher
from dressform.crypto.secrets import timed_id
from dressform.crypto.tokens import AccessTokens
from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.repositories.accounts import Accounts
from dressform.repositories.models import Models
from dressform.repositories.operators import Operators
from dressform.repositories.owners import Owner
from dressform.repositories.pictures import Avatars, ProfilePictures
from dressform.repositories.profiles import Profiles
from dressform.repositories.session_types import IssuedSession
from dressform.repositories.sessions import Sessions
from dressform.settings.loader import load_settings
from dressform.sewing.body import BodyMeasurements
from dressform.sewing.catalogue import CATALOGUE
from tests.helpers.images import make_image

PASSWORD = "seven tailors measured twice"
MEASUREMENTS = {name: 100.5 + number for number, name in enumerate(CATALOGUE)} | {
    "shoulderSlope": 13.0
}
"""All that the catalogue has."""
BODY = BodyMeasurements(breasts=True, measurements=MEASUREMENTS)
WEBP = make_image("WEBP", size=(1024, 768))


@dataclass(frozen=True, slots=True)
class BenchMember:
    """A member who has signed in `len(sessions)` times, and speaks for the first of the sessions."""

    owner: Owner
    username: str
    email: str
    headers: dict[str, str]
    sessions: list[IssuedSession]
    models: list[UUID] = field(default_factory=list)


class Members:
    """Makes members, each of another name, who all have the same password."""

    def __init__(self, uows: UnitOfWorkFactory, tokens: AccessTokens, password_hash: str) -> None:
        self.uows = uows
        self.password_hash = password_hash
        self._tokens = tokens
        self._numbers = count(1)

    @classmethod
    async def create(cls, uows: UnitOfWorkFactory, tokens: AccessTokens) -> "Members":
        return cls(uows, tokens, await PasswordHasher().hash(PASSWORD))

    def new_name(self) -> str:
        return f"bench{next(self._numbers)}"

    async def add(
        self,
        number: int,
        *,
        sessions: int = 1,
        models: int = 0,
        pictures: bool = False,
        operator: bool = False,
    ) -> list[BenchMember]:
        """Add members alike. `pictures`: of the profile and of each model."""
        async with self.uows.transaction() as uow:
            return [
                await self._add(uow, sessions, models, pictures=pictures, operator=operator)
                for _ in range(number)
            ]

    async def _add(
        self, uow: UnitOfWork, sessions: int, models: int, *, pictures: bool, operator: bool
    ) -> BenchMember:
        name = self.new_name()
        owner = await add_account(uow, name, self.password_hash)
        signed_in = [await Sessions(uow).add(owner) for _ in range(sessions)]
        made = [(await Models(uow).add(owner, name="Me", body=BODY)).id for _ in range(models)]
        if pictures:
            await ProfilePictures(uow).put(owner, WEBP)
            for model_id in made:
                await Avatars(uow).put(owner, model_id, WEBP)
        if operator:
            await Operators(uow).add(owner.account_id)
        token = self._tokens.sign(owner.account_id, signed_in[0].session_id, at=uow.now)
        headers = {"Authorization": f"Bearer {token}"}
        return BenchMember(owner, name, email_of(name), headers, signed_in, made)


@contextmanager
def opened_members(runner: asyncio.Runner) -> Iterator[Members]:
    """Open the database of the environment, migrated, for what `runner` runs."""
    settings, stack = load_settings(), AsyncExitStack()
    runner.run(run_migrations(settings))
    uows, keys = runner.run(stack.enter_async_context(bootstrap(settings)))
    tokens = AccessTokens(keys, issuer=settings.public_url, audience=AUDIENCE)
    try:
        yield runner.run(Members.create(uows, tokens))
    finally:
        runner.run(stack.aclose())


async def add_account(uow: UnitOfWork, name: str, password_hash: str) -> Owner:
    """Add an account with a profile."""
    owner = await Accounts(uow).add(
        timed_id(), email=email_of(name), language="en", password_hash=password_hash
    )
    await Profiles(uow).add(owner, username=name)
    return owner


def email_of(name: str) -> str:
    return f"{name}@example.org"
