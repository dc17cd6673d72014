"""Nobody can tell from the database which address belongs to which member, as far as that can be true.

Two hundred members, each with an address of their own, over sixty days. They register at random
moments, sign in every thirty days on average, and visit the site while signed in every four days; a
third of the visits adds or changes a model, one in ten changes the profile. That is a login every three and a half hours:
a small site, where hiding is hardest.
"""

import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from dressform.bootstrap import bootstrap
from dressform.crypto.secrets import random_id
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.accounts import Accounts
from dressform.repositories.models import Models
from dressform.repositories.owners import Owner
from dressform.repositories.profiles import Profiles
from dressform.repositories.sessions import Sessions
from dressform.settings.settings import Settings
from dressform.sewing.body import BodyMeasurements
from dressform.worker.rewrite import rewrite_tables
from tests.conftest import MovableClock
from tests.helpers.access_log import insert_entries, make_entry
from tests.helpers.databases import as_superuser
from tests.security import tracing
from tests.security.tracing import Evidence, by_exact_times, by_intersection, by_order, right

pytestmark = [pytest.mark.audit, pytest.mark.timeout(400)]
log_result = logging.getLogger(__name__)

MEMBERS, DAYS = 200, 60
BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class Member:
    number: int
    owner: Owner | None = None
    model_id: UUID | None = None

    @property
    def address(self) -> str:
        return f"198.51.{self.number // 250}.{self.number % 250}"


@dataclass(frozen=True)
class Site:
    """The site at noon of the last day, and what is true."""

    uows: UnitOfWorkFactory
    raw: asyncpg.Connection
    truth: dict[UUID, str]
    clock: MovableClock
    here_today: int

    async def evidence(self) -> Evidence:
        return await tracing.read_all(self.raw)


@asynccontextmanager
async def site_of(isolated_settings: Settings, *, rewritten: bool) -> AsyncIterator[Site]:
    """`rewritten`: whether the tables were rewritten when the last day began."""
    clock = MovableClock(BEGAN)
    assert isolated_settings.database_url is not None
    url = as_superuser(isolated_settings.database_url.get_secret_value()).replace("+asyncpg", "")
    last_day = BEGAN + DAYS * DAY
    async with bootstrap(isolated_settings, clock) as (uows, _):
        members = [Member(number) for number in range(MEMBERS)]
        planned = list(events(members))
        lines = [await act(uows, clock, *event) for event in planned if event[0] < last_day]
        if rewritten:
            assert await rewrite_tables(uows, now=last_day) > 0
        today = [event for event in planned if event[0] >= last_day]
        lines += [await act(uows, clock, *event) for event in today]
        await insert_entries(uows, *lines)
        raw = await asyncpg.connect(url)
        clock.at = last_day + DAY / 2
        truth = {one.owner.account_id: one.address for one in members if one.owner is not None}
        yield Site(uows, raw, truth, clock, len({event[1].number for event in today}))
        await raw.close()


def events(members: list[Member]) -> Iterator[tuple[datetime, Member, str]]:
    draw = random.Random(20260302)
    planned: list[tuple[datetime, Member, str]] = []
    for member in members:
        at = BEGAN + DAYS * DAY * draw.random() * 0.5
        planned.append((at, member, "register"))
        planned.append((at + timedelta(minutes=draw.uniform(1, 20)), member, "login"))
        for what, every in (("login", 30), ("visit", 4)):
            moment = at + timedelta(minutes=30)
            while (
                moment := moment + DAY * draw.expovariate(1 / every)
            ) < BEGAN + DAYS * DAY + DAY / 2:
                planned.append((moment, member, what))
    for at, member, what in sorted(planned, key=lambda one: one[0]):
        if what != "visit":
            yield at, member, what
        elif (chance := draw.random()) < 1 / 3:
            yield at, member, "model"
        elif chance < 1 / 3 + 1 / 10:
            yield at, member, "profile"


async def act(
    uows: UnitOfWorkFactory, clock: MovableClock, at: datetime, member: Member, what: str
) -> dict[str, object]:
    """Write what the API writes, and return the line of the access log that goes with it."""
    clock.at = at
    route = await ACTS[what](uows, member)
    method, template, status = route
    began = at - timedelta(milliseconds=30)
    return make_entry(
        began, member.address, method=method, route=template, status=status, duration_us=30_000
    )


async def register(uows: UnitOfWorkFactory, member: Member) -> tuple[str, str, int]:
    async with uows.transaction() as uow:
        name = f"member{member.number}"
        member.owner = await Accounts(uow).add(
            random_id(), email=f"{name}@example.org", language="en", password_hash="none"
        )
        await Profiles(uow).add(member.owner, username=name)
    return tracing.WRITES["account_key"]


async def sign_in(uows: UnitOfWorkFactory, member: Member) -> tuple[str, str, int]:
    assert member.owner is not None
    async with uows.transaction() as uow:
        found = await Accounts(uow).get_by_id(member.owner.account_id)
        assert found is not None
        assert await Accounts(uow).record_login(found)
        await Sessions(uow).add(member.owner)
    return tracing.WRITES["session"]


async def change_model(uows: UnitOfWorkFactory, member: Member) -> tuple[str, str, int]:
    assert member.owner is not None
    async with uows.transaction() as uow:
        models = Models(uow)
        if member.model_id is None:
            made = await models.add(member.owner, name="Me", body=BodyMeasurements(breasts=False))
            member.model_id = made.id
            return tracing.WRITES["model"]
        await models.change(member.owner, member.model_id, measurements={"chest": 1000})
        return "PATCH", "/v1/models/{model_id}", 200


async def change_profile(uows: UnitOfWorkFactory, member: Member) -> tuple[str, str, int]:
    assert member.owner is not None
    async with uows.transaction() as uow:
        await Profiles(uow).change(member.owner, {"bio": "I sew."})
    return tracing.WRITES["profile"]


ACTS: dict[str, Callable[[UnitOfWorkFactory, Member], Awaitable[tuple[str, str, int]]]] = {
    "register": register,
    "login": sign_in,
    "model": change_model,
    "profile": change_profile,
}


async def test_tracing_finds_nobody_but_who_was_there_since_the_rewriting(
    isolated_settings: Settings,
) -> None:
    """By chance an attack that names an address for everybody is right for one or two in 200."""
    async with site_of(isolated_settings, rewritten=True) as site:
        seen = await site.evidence()
        candidates = by_intersection(seen)
        found = {
            "exact times": right(by_exact_times(seen), site.truth),
            "xmin": right(by_order(seen, "written_by"), site.truth),
            "ctid": right(by_order(seen, "ctid"), site.truth),
            "days and months, for certain": right(tracing.only_one(candidates), site.truth),
            "days and months, guessed": round(tracing.expected_right(candidates, site.truth)),
        }

        log_result.info("of %d, %d here today: %s", MEMBERS, site.here_today, found)
        assert site.here_today < MEMBERS / 5
        assert found["exact times"] == 0
        assert found["xmin"] <= site.here_today + 8
        assert found["ctid"] <= site.here_today + 8
        assert found["days and months, for certain"] <= 4
        assert found["days and months, guessed"] <= 40


async def test_tracing_without_the_rewriting_finds_everybody_by_order(
    isolated_settings: Settings,
) -> None:
    """The attack works: the rewriting is what stops it."""
    async with site_of(isolated_settings, rewritten=False) as site:
        seen = await site.evidence()

        assert right(by_order(seen, "written_by"), site.truth) > MEMBERS / 2
